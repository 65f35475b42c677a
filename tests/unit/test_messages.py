"""Every message says what it must in every language, and nothing of anybody else."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.messages import PARTS, Rendered, render
from bot.settings import LANGUAGES, Settings
from bot.texts import sentences, text
from knowledge.entry_files import ChallengeFile, SolutionFile
from knowledge.publishing import FIXED
from knowledge.stages import Stage
from knowledge.versions import TEXT_FIELDS

TOKEN = "kRk3aBcD"
REGISTRATION = {
    "number": "2026-000123",
    "challenge": "vikarier-kort-varsel",
    "title": "Ingen kan hoppa in",
    "at": "2026-12-01T09:00:00+00:00",
    "next_update_by": "2027-01-31",
}
CHALLENGE = {"challenge": "vikarier-kort-varsel", "title": "Ingen kan hoppa in"}
CONTRIBUTION = {"contribution": 4711, "title": "Ingen kan hoppa in"}
CODE = {"code": "012345", "until": "2026-12-02T09:00:00+00:00"}
MOVED = {**CHALLENGE, "before": "published", "why": "Så är det", "version": 2}

# What each kind is written with (knowledge), and what its reader must find in it.
MESSAGES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "interest.code": ({**REGISTRATION, **CODE}, ("012345", "2026-000123", "2026-12-02 10:00")),
    "interest.receipt": (REGISTRATION, ("2026-000123", "2026-12-01 10:00", "2027-01-31")),
    "interest.updated": (REGISTRATION, ("2026-000123", "2027-01-31")),
    "interest.withdrawn": (REGISTRATION, ("2026-000123",)),
    "challenge.new": ({**MOVED, "before": "in_review", "after": "published", "next_update_by": "2027-01-31"}, ("2027-01-31",)),
    "challenge.stage": ({**MOVED, "after": "pilot", "next_update_by": "2027-01-31"}, ("2027-01-31", "Så är det")),
    "challenge.locked": (
        {**MOVED, "after": "procurement", "announcement_url": "https://example.org/annons/1"},
        ("https://example.org/annons/1",),
    ),
    "challenge.outcome": ({**MOVED, "after": "closed", "outcome": "Ett avtal", "lessons": "Fråga först"}, ("Ett avtal", "Fråga först")),
    "challenge.text": ({**CHALLENGE, "version": 3, "fields": list(TEXT_FIELDS), "why": "Tydligare"}, ("3", "Tydligare")),
    "challenge.answer": (
        {**CHALLENGE, "question": 7, "asked": "Hur många?", "answer": "Sju.\nKanske åtta."},
        ("Hur många?", "Kanske åtta."),
    ),
    "owner.interest": ({**CHALLENGE, "number": "2026-000123", "is_update": False}, ("2026-000123",)),
    "owner.withdrawn": ({**CHALLENGE, "number": "2026-000123"}, ("2026-000123",)),
    "owner.question": ({**CHALLENGE, "question": 7, "text": "Hur många?"}, ("Hur många?", "guiden challenge answer 7")),
    "owner.overdue": ({**CHALLENGE, "promised": "2026-11-01", "days": 30}, ("2026-11-01", "30")),
    "report.new": ({**CHALLENGE, "report": 7, "text": "Siffran är fel"}, ("Siffran är fel", "guiden report answer 7")),
    "report.answered": (
        {**CHALLENGE, "report": 7, "text": "Siffran är fel", "answer": "Rättat", "changed_on": "2026-12-01"},
        ("Siffran är fel", "Rättat", "2026-12-01"),
    ),
    "check.due": (
        {**CHALLENGE, "checked": "2026-05-01", "next_check": "2026-11-01"},
        ("2026-05-01", "2026-11-01", "guiden content checked vikarier-kort-varsel"),
    ),
    "same_need.ripe": (
        {**CHALLENGE, "count": 3, "organisations": "Borås stad, Höörs kommun", "sentences": "Höörs kommun: Varje helg."},
        ("3", "Borås stad, Höörs kommun", "Varje helg."),
    ),
    "follow.code": ({**CHALLENGE, "area": "", **CODE}, ("012345", "Ingen kan hoppa in")),
    "contribution.new": (CONTRIBUTION, ("4711", "Ingen kan hoppa in", "guiden review show 4711")),
    "contribution.returned": ({**CONTRIBUTION, "comment": "Hur ofta händer det?"}, ("4711", "Hur ofta händer det?")),
    "contribution.edited": (
        {**CONTRIBUTION, "fields": sorted((ChallengeFile.model_fields.keys() | SolutionFile.model_fields.keys()) - set(FIXED))},
        ("4711",),
    ),
    "contribution.approved": ({**CONTRIBUTION, "entry": "ingen-kan-hoppa-in"}, ("4711", "ingen-kan-hoppa-in")),
    "contribution.rejected": ({**CONTRIBUTION, "comment": "Det finns redan."}, ("4711", "Det finns redan.")),
}
FOLLOWED = [kind for kind in MESSAGES if kind.startswith("challenge.")]

ALL = pytest.mark.parametrize("language", LANGUAGES)
KINDS = pytest.mark.parametrize("kind", MESSAGES)


def rendered(kind: str, language: str, *, public_url: str = "", contact: str = "", **more: Any) -> Rendered:
    settings = Settings(home=Path("var"), public_url=public_url, contact=contact)
    return render(settings, kind, {**MESSAGES[kind][0], "language": language, **more})


def test_every_kind_is_tried() -> None:
    """The kinds tried here are all kinds that can be rendered, but the digest, which is made of them."""
    assert MESSAGES.keys() == PARTS.keys()


@ALL
@KINDS
def test_says_what_it_must(kind: str, language: str) -> None:
    """A message has a subject of one line, every fact its reader needs, and no place that was left unfilled."""
    message = rendered(kind, language)

    assert [] == [fact for fact in MESSAGES[kind][1] if fact not in message.body]
    assert ("\n" in message.subject, bool(message.subject)) == (False, True)
    assert not re.search(r"[{}]|None|null|\bmail\.", message.subject + message.body)


@ALL
@KINDS
def test_languages_differ(kind: str, language: str) -> None:
    """Nobody gets the sentence of another language."""
    others = [rendered(kind, other) for other in LANGUAGES if other != language]

    assert rendered(kind, language).subject not in [other.subject for other in others]
    assert len({part for other in others for part in other.body.split("\n\n")} & set(rendered(kind, language).body.split("\n\n"))) <= 1


@ALL
@pytest.mark.parametrize("kind", FOLLOWED)
def test_followers_can_stop(kind: str, language: str) -> None:
    """A follower's message has the word that ends it, or the link where the service has an address."""
    link = f"https://guiden.se/unfollow/{TOKEN}?language={language}"

    assert f" {TOKEN}»" in rendered(kind, language, unfollow=TOKEN).body
    linked = rendered(kind, language, unfollow=TOKEN, public_url="https://guiden.se/")
    assert (True, link) == (link in linked.body, linked.unfollow_url)


@ALL
@pytest.mark.parametrize("kind", FOLLOWED)
def test_registrants_learn_why_it_comes(kind: str, language: str) -> None:
    """A registrant's message says why it comes and how to change that, and has no link that would end somebody else's."""
    message = rendered(kind, language, public_url="https://guiden.se")

    assert sentences(language)["mail.part.registered"] in message.body
    assert ("", False) == (message.unfollow_url, "/unfollow/" in message.body)


@ALL
def test_digest(language: str) -> None:
    """A digest has every piece of news in its reader's language, each with its own way to end it."""
    items = [{"kind": kind, **MESSAGES[kind][0], "language": "sv", "unfollow": f"T{number}"} for number, kind in enumerate(FOLLOWED)]
    message = render(Settings(home=Path("var")), "digest", {"items": items, "language": language})

    for number, kind in enumerate(FOLLOWED):
        assert rendered(kind, language).subject in message.body
        assert f" T{number}»" in message.body
    assert (str(len(FOLLOWED)) in message.subject, language) == (True, message.language)
    assert "{" not in message.body


@ALL
def test_digest_for_an_owner(language: str) -> None:
    """An owner's digest has the day's interest, and nothing to stop following."""
    items = [
        {"kind": "owner.interest", **MESSAGES["owner.interest"][0], "number": f"2026-{number:06}", "language": language}
        for number in range(3)
    ]
    message = render(Settings(home=Path("var")), "digest", {"items": items, "language": language})

    assert [] == [number for number in range(3) if f"2026-{number:06}" not in message.body]


@ALL
def test_owner_hears_that_nothing_is_promised(language: str) -> None:
    """A new interest in a challenge without a promised update tells its owner how one is promised."""
    promise = "guiden challenge promise vikarier"
    told = [promise in rendered("owner.interest", language, unpromised=each).body for each in ("vikarier", None)]

    assert [True, False] == told


@ALL
def test_what_is_missing_is_not_made_up(language: str) -> None:
    """Without a promised date a receipt says that there is none, and other messages leave it out."""
    assert sentences(language)["mail.part.no_promise"] in rendered("interest.receipt", language, next_update_by=None).body
    assert "2027" not in rendered("challenge.stage", language, next_update_by=None).body


@ALL
def test_every_stage_and_area_has_its_name(language: str) -> None:
    """Stages and areas are called by their names in the reader's language."""
    for stage in get_args(Stage):
        assert sentences(language)[f"status.{stage}"] in rendered("challenge.stage", language, after=stage).body
    assert {"sv": "Äldreomsorg", "en": "Elder care", "fi": "Vanhus"}[language] in rendered(
        "follow.code", language, title=None, area="aldreomsorg"
    ).subject


def test_texts_of_others_are_only_text() -> None:
    """What people write cannot fill in values, nor make a line of its own in the subject."""
    message = rendered("challenge.answer", "sv", title="{number}\nBcc: alla@b.se", asked="{answer} %s {0.__class__}")

    assert "{answer} %s {0.__class__}" in message.body
    assert "\n" not in message.subject


def test_contact_is_named() -> None:
    """Where to turn is said when the installation has told it."""
    assert "digitalisering@kommunen.se" in rendered("interest.receipt", "sv", contact="digitalisering@kommunen.se").body


@ALL
def test_a_chat_can_be_answered(language: str) -> None:
    """In a chat, where the guide reads what is written back, no message says that it cannot be answered; whom to ask stands there too."""
    data = {**REGISTRATION, "language": language}
    settings = Settings(home=Path("var"), contact="digitalisering@kommunen.se")
    mailed, chatted = (render(settings, "interest.receipt", data, in_chat=in_chat).body for in_chat in (False, True))
    no_answer = text(language, "mail.part.contact", contact=settings.contact)

    assert (True, False) == (no_answer in mailed, no_answer in chatted)
    assert settings.contact in chatted


def test_unknown_kind() -> None:
    """A kind that the program does not know is an error, not an empty message."""
    with pytest.raises(KeyError):
        render(Settings(home=Path("var")), "interest.never", {"language": "sv"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_name(language: str) -> None:
    """In the list of messages each kind, and the digest, is called by words."""
    assert set() == {f"outbox.kind.{kind}" for kind in (*PARTS, "digest")} - sentences(language).keys()
