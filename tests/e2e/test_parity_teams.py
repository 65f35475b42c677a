"""The whole guide in Microsoft's own client of Teams: its words are the terminal's, and interest is registered in a card."""

import asyncio
import shutil
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.app import Guide
from bot.channels.talk import GuideTalk
from bot.settings import ROOT
from knowledge.interest_tables import DraftRow, FollowRow, InterestFormRow, InterestRow, StandingRow
from tests.e2e.mailed import code_in_mail
from tests.e2e.parity import SCRIPT, bare, bare_lines, in_terminal, not_shown
from tests.integration.teams.playground import Playground, Shown, guided
from tests.integration.teams.read_card import fields

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
PICTURES = ROOT / "build" / "pictures"
COMPANY = {
    "Företag": "Vatten & Co",
    "Kontaktperson": "Anna Andersson",
    "E-post": "anna@vattenco.se",
    "Erbjudande": "Färdig produkt eller tjänst",
    "Besked": "Ja",
}

# Everybody is welcomed once, so each test has somebody of its own.
COMPANY_PERSON, ONLOOKER = (f"77777777-7777-4777-8777-{number:012}" for number in (1, 2))

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True, scope="module")
def _as_if_nothing_had_happened(guide: Guide) -> Iterator[None]:
    """Find no registration and leave none behind: other tests read the same challenges word for word."""
    _forget_interest(guide)
    yield
    _forget_interest(guide)


async def test_same_words(guide: Guide, tmp_path: Path) -> None:
    """Each answer has the terminal's words: as plain text line by line, and in what is shown all of them.

    Signs are left out of it, for a notice and a choice look another way in Teams.
    """
    welcome, *answers = await in_terminal(guide)
    async with guided(guide.database, GuideTalk(guide.services, guide.dialogue), tmp_path) as (anna, _):
        await anna.install()
        told = [await _told(anna, welcome)]
        for words, said in zip(SCRIPT, answers, strict=True):
            await anna.write(words)
            told.append(await _told(anna, said))

    for said, messages in zip([welcome, *answers], told, strict=True):
        plain = "\n".join(message.card.get("fallbackText", message.text) for message in messages)
        assert bare_lines(said) == bare_lines(plain)
        assert [] == not_shown(said, "\n".join(message.words for message in messages))


async def test_interest(guide: Guide, tmp_path: Path) -> None:
    """A company finds a challenge and registers in a card: a wrong number is told at its field, and sent three times it is one row."""
    async with guided(guide.database, GuideTalk(guide.services, guide.dialogue), tmp_path, COMPANY_PERSON) as (anna, _):
        await anna.write("öppna utmaningar inom vatten och avfall")
        await anna.press(await anna.next(), "Mer om 1")
        details = await anna.next()
        assert "Dricksvattnet läcker ut under marken" in details.words
        await anna.press(details, "Anmäl intresse")
        form = await anna.next()
        assert "Ingen upphandling har startat" in form.words

        await anna.press(form, "Skicka", {**COMPANY, "Organisationsnummer": "556036-0794"})
        wrong = fields(form.card)
        kept = {label: next(field["value"] for name, field in wrong.items() if name.startswith(label)) for label in ("Företag", "E-post")}
        assert "Organisationsnumret stämmer inte" in form.words
        assert {label: COMPANY[label] for label in kept} == kept

        await anna.press(form, "Skicka", {"Organisationsnummer": "556036-0793"}, times=3)
        assert ({}, True) == (fields(form.card), "Vi skickar en kod till anna@vattenco.se" in (await anna.next()).words)
        await anna.write(f"kod {code_in_mail(guide, 'anna@vattenco.se')}")
        assert "Intresset är registrerat" in (await anna.next()).words
    with guide.database.reading() as session:
        assert 1 == len(session.scalars(select(InterestRow)).all())


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is missing")
async def test_pictures(guide: Guide, tmp_path: Path) -> None:
    """All of that can be clicked through in the client's own page, which leaves a picture of each step in build/pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    script = ROOT / "tests" / "pictures" / "teams.mjs"
    async with guided(guide.database, GuideTalk(guide.services, guide.dialogue), tmp_path, ONLOOKER) as (anna, _):
        clicking = await asyncio.create_subprocess_exec(
            *("node", str(script), anna.url, str(PICTURES), CHROMIUM), stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        assert clicking.stdout
        if address := (await clicking.stdout.readline()).decode().strip():
            code = code_in_mail(guide, address)
        _, error = await clicking.communicate(code.encode() if address else None)
    assert 0 == clicking.returncode, error.decode()


async def _told(anna: Playground, said: str) -> list[Shown]:
    """Return the messages of an answer; it is whole when its last words have come, which are the terminal's."""
    last = bare_lines(said)[-1]
    messages = [await anna.next()]
    with suppress(TimeoutError):  # what is missing is shown better by comparing
        while last not in bare(messages[-1].card.get("fallbackText", messages[-1].text)):
            messages.append(await anna.next(seconds=2))
    return messages


def _forget_interest(guide: Guide) -> None:
    with guide.database.transaction() as session:
        for table in (InterestFormRow, InterestRow, FollowRow, DraftRow, StandingRow):
            session.execute(delete(table))
