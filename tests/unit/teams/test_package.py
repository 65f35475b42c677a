"""The app package: Teams takes its manifest in every language, and it is the same for the same app."""

import json
import re
import struct
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bot.channels.teams.package import App, manifest, pack, translation, write
from bot.settings import LANGUAGES
from knowledge.errors import NotFoundError, SettingsError

SCHEMA = Draft7Validator(json.loads((Path(__file__).parents[2] / "fixtures" / "teams" / "manifest.json").read_text("utf-8")))
APP = App(
    client_id="8f3c2e1a-0b4d-4c5e-9f60-718293a4b5c6",
    address="https://guiden.kommunen.example",
    organisation="Kommunen",
    website="https://www.kommunen.example",
    privacy="https://www.kommunen.example/personuppgifter",
    terms="https://www.kommunen.example/villkor",
    version="0.1.0",
)


def test_shape() -> None:
    """Every field is one that Teams knows, and none is too long."""
    assert [] == [error.message for error in SCHEMA.iter_errors(manifest(APP))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fit(language: str) -> None:
    """A manifest with its texts in another language is as good, and each translation has its place in it."""
    whole = manifest(APP)
    for place, words in translation(language).items():
        _put(whole, place, words)

    assert [] == [error.message for error in SCHEMA.iter_errors(whole)]


def test_swedish_is_the_manifests_own() -> None:
    """The manifest says in Swedish what its translations say in English and Finnish."""
    whole = manifest(APP)

    assert translation("sv") == {place: _get(whole, place) for place in translation("sv")}


def test_where_it_can_be_used() -> None:
    """The guide is for one person, a group chat and a team, and its message action belongs to the same app."""
    whole = manifest(APP)
    bot, action = whole["bots"][0], whole["composeExtensions"][0]

    assert (["personal", "team", "groupChat"], "tier1") == (bot["scopes"], whole["supportsChannelFeatures"])
    assert [(APP.client_id, ["message"], True)] == [(action["botId"], each["context"], each["fetchTask"]) for each in action["commands"]]
    assert (APP.client_id, ["guiden.kommunen.example"]) == (bot["botId"], whole["validDomains"])


def test_commands_are_the_words_themselves() -> None:
    """Whoever picks a command says its title, so that is what the guide understands; the description says what it is for."""
    commands = manifest(APP)["bots"][0]["commandLists"][0]["commands"]

    assert (4, {"title": "hjälp", "description": "Vad kan du?"}) == (len(commands), commands[-1])


def test_new_package_updates_the_app() -> None:
    """A package made anew is of the same app, in a new version; another municipality's is another app."""
    first = manifest(APP)["id"]

    assert (first, False) == (
        manifest(replace(APP, client_id=APP.client_id.upper(), version="0.2.0"))["id"],
        first == manifest(replace(APP, client_id="00000000-0000-4000-8000-000000000000"))["id"],
    )


def test_same_bytes() -> None:
    """The same app gives the same package, with nothing in it but what Teams reads."""
    packed = pack(APP)
    with zipfile.ZipFile(BytesIO(packed)) as file:
        names, whole = file.namelist(), json.loads(file.read("manifest.json"))
        texts = {language: json.loads(file.read(f"{language}.json")) for language in ("en", "fi")}
        dates = {each.date_time for each in file.infolist()}

    assert ["manifest.json", "en.json", "fi.json", "color.png", "outline.png"] == names
    assert (manifest(APP), {language: translation(language) for language in texts}) == (whole, texts)
    assert (packed, {(1980, 1, 1, 0, 0, 0)}) == (pack(APP), dates)


@pytest.mark.parametrize(("icon", "side", "colours"), [("color.png", 192, 2), ("outline.png", 32, 6)])
def test_icons(icon: str, side: int, colours: int) -> None:
    """Each icon is a picture of the size that Teams asks for; the outline can be seen through."""
    with zipfile.ZipFile(BytesIO(pack(APP))) as file:
        header = file.read(icon)[:29]

    assert (b"\x89PNG", side, side, 8, colours) == (header[:4], *struct.unpack(">IIBB", header[16:26]))


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("client_id", "", "teams_client_id"),
        ("client_id", "guiden", "teams_client_id"),
        ("organisation", "", "teams_organisation"),
        ("organisation", "K" * 33, "teams_organisation"),
        ("version", "1.0", "teams_version"),
        ("version", "01.0.0", "teams_version"),
        ("version", "1.0.0 ", "teams_version"),
        ("address", "", "teams_address"),
        ("address", "http://guiden.kommunen.example", "teams_address"),
        ("address", "https://localhost:8080", "teams_address"),
        ("address", "https://192.0.2.7", "teams_address"),
        ("address", "https://[2001:db8::7]", "teams_address"),
        ("address", "https://[2001", "teams_address"),
        ("address", "https://", "teams_address"),
        ("privacy", "http://www.kommunen.example", "teams_page"),
        ("terms", "www.kommunen.example", "teams_page"),
        ("website", "://", "teams_page"),
    ],
)
def test_refused_at_once(field: str, value: str, key: str) -> None:
    """What Teams would refuse at the upload is refused before there is a package."""
    with pytest.raises(SettingsError) as refused:
        pack(replace(APP, **{field: value}))

    assert (key, value) == (refused.value.key, refused.value.details["value"])


def test_written_whole(tmp_path: Path) -> None:
    """A new package takes the place of an old one, and nothing else is left in the folder."""
    path = tmp_path / "guiden.zip"
    path.write_bytes(b"gammal")

    write(path, b"ny")

    assert (b"ny", [path]) == (path.read_bytes(), list(tmp_path.iterdir()))


def test_not_written(tmp_path: Path) -> None:
    """Where the file cannot be written, that is said, and nothing is left."""
    (tmp_path / "guiden.zip").mkdir()

    with pytest.raises(NotFoundError, match="not_writable"):
        write(tmp_path / "guiden.zip", b"ny")

    assert [tmp_path / "guiden.zip"] == list(tmp_path.iterdir())


def _put(whole: Any, place: str, words: str) -> None:
    *way, last = _way(place)
    for step in way:
        whole = whole[step]
    assert last in whole
    whole[last] = words


def _get(whole: Any, place: str) -> Any:
    for step in _way(place):
        whole = whole[step]
    return whole


def _way(place: str) -> list[str | int]:
    return [int(number) if number else name for name, number in re.findall(r"([a-z]+)|\[?(\d+)", place, re.IGNORECASE)]
