"""The app package that an administrator uploads to Teams: a manifest, its translations and two icons, in a zip file."""

import ipaddress
import json
import os
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from bot.settings import LANGUAGES
from bot.texts import DEFAULT, text
from knowledge.errors import NotFoundError, SettingsError

_SCHEMA = "https://developer.microsoft.com/json-schemas/teams/v1.25/MicrosoftTeams.schema.json"
_SCOPES = ("personal", "team", "groupChat")
_ACCENT = "#1b5e7a"
_LONGEST_ORGANISATION = 32
_PROMPTS = (1, 2, 3, 4)
_ICONS = Path(__file__).parent / "icons"
_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}")
# The earliest time that a zip file can tell: the same app gives the same bytes, whenever it is packed.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class App:
    """What a municipality's own app in Teams is made of.

    `client_id` is the app's id in its directory, `address` where Teams reaches the guide; the three pages are the municipality's own.
    """

    client_id: str
    address: str
    organisation: str
    website: str
    privacy: str
    terms: str
    version: str


def pack(app: App) -> bytes:
    """Return the package of an app, the same bytes for the same app.

    Raises:
        SettingsError: something that Teams would refuse at the upload.
    """
    _check(app)
    whole = manifest(app)
    written = {"manifest.json": _json(whole)}
    for tag in whole["localizationInfo"]["additionalLanguages"]:
        written[tag["file"]] = _json(translation(tag["languageTag"]))
    for icon in whole["icons"].values():
        written[icon] = (_ICONS / icon).read_bytes()
    packed = BytesIO()
    # Stored, not deflated: versions of zlib differ in the bytes that they make.
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        for name, content in written.items():
            file.writestr(zipfile.ZipInfo(name, _LONG_AGO), content)
    return packed.getvalue()


def write(path: Path, packed: bytes) -> None:
    """Write a package whole or not at all; raise NotFoundError when the file cannot be written."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(packed)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise NotFoundError("not_writable", path=path, cause=error.strerror) from error


def manifest(app: App) -> dict[str, Any]:
    """Return what Teams is to know of an app, in Swedish; its id follows from the client id, so that a new package updates the old."""
    client_id = UUID(app.client_id)
    words = translation(DEFAULT)
    return {
        "$schema": _SCHEMA,
        "manifestVersion": "1.25",
        "version": app.version,
        "id": str(uuid5(client_id, "teams")),
        "developer": {
            "name": app.organisation,
            "websiteUrl": app.website,
            "privacyUrl": app.privacy,
            "termsOfUseUrl": app.terms,
        },
        "name": {"short": words["name.short"], "full": words["name.full"]},
        "description": {"short": words["description.short"], "full": words["description.full"]},
        "localizationInfo": {
            "defaultLanguageTag": DEFAULT,
            "additionalLanguages": [{"languageTag": each, "file": f"{each}.json"} for each in LANGUAGES if each != DEFAULT],
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": _ACCENT,
        "bots": [_bot(str(client_id), words)],
        "composeExtensions": [_message_action(str(client_id), words)],
        "defaultInstallScope": "personal",
        # Teams demands it of an app for teams from version 1.25 on: the guide answers in shared and private channels too.
        "supportsChannelFeatures": "tier1",
        "validDomains": [_host(app.address)],
    }


def translation(language: str) -> dict[str, str]:
    """Return every text of the manifest in a language, by where in the manifest it stands."""
    texts = {
        "name.short": text(language, "teams_package.name"),
        "name.full": text(language, "teams_package.full_name"),
        "description.short": text(language, "teams_package.short"),
        "description.full": text(language, "teams_package.description"),
        "composeExtensions[0].commands[0].title": text(language, "teams_package.make_challenge"),
        "composeExtensions[0].commands[0].description": text(language, "teams_package.make_challenge_hint"),
    }
    for position, number in enumerate(_PROMPTS):
        command = f"bots[0].commandLists[0].commands[{position}]"
        # Whoever picks a command says its title: it is the words, and the heading that suggestions have explains them.
        texts[f"{command}.title"] = text(language, f"prompt.message_{number}")
        texts[f"{command}.description"] = text(language, f"prompt.title_{number}")
    return texts


def _bot(client_id: str, words: dict[str, str]) -> dict[str, Any]:
    commands = [
        {part: words[f"bots[0].commandLists[0].commands[{position}].{part}"] for part in ("title", "description")}
        for position in range(len(_PROMPTS))
    ]
    return {
        "botId": client_id,
        "scopes": [*_SCOPES],
        "isNotificationOnly": False,
        "supportsFiles": False,
        "commandLists": [{"scopes": [*_SCOPES], "commands": commands}],
    }


def _message_action(client_id: str, words: dict[str, str]) -> dict[str, Any]:
    return {
        "botId": client_id,
        "commands": [
            {
                "id": "make_challenge",
                "type": "action",
                "context": ["message"],
                "fetchTask": True,
                "title": words["composeExtensions[0].commands[0].title"],
                "description": words["composeExtensions[0].commands[0].description"],
            }
        ],
    }


def _check(app: App) -> None:
    try:
        UUID(app.client_id)
    except ValueError as error:
        raise SettingsError("teams_client_id", value=app.client_id) from error
    if not app.organisation or len(app.organisation) > _LONGEST_ORGANISATION:
        raise SettingsError("teams_organisation", value=app.organisation, longest=_LONGEST_ORGANISATION)
    if not _VERSION.fullmatch(app.version):
        raise SettingsError("teams_version", value=app.version)
    if not _is_public(app.address):
        raise SettingsError("teams_address", value=app.address)
    for page in (app.privacy, app.terms, app.website):
        if not _is_public(page):
            raise SettingsError("teams_page", value=page)


def _is_public(url: str) -> bool:
    """Tell whether a URL is https and names a domain, not a machine by its number or its short name."""
    host = _host(url)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return url.startswith("https://") and "." in host.strip(".")
    return False


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an unclosed bracket
        return ""


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
