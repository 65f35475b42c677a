"""A form that is sent is taken once; what is wrong is shown in its place with what was filled in, and what is right is answered."""

import asyncio
from typing import Any

import pytest

from bot.channels.teams import forms, once
from bot.channels.teams.answered import Answered
from bot.interaction import Interaction
from bot.replies import Reply
from bot.texts import text
from bot.whole_forms import WholeForm
from knowledge.errors import UnavailableError
from tests.fake_talk import said
from tests.integration.teams.read_card import fields
from tests.integration.teams.world import CHAT, World, filled_in, press, words_of

THANKS = "Tack, förslaget är sparat."
WRONG = {"title": "Skriv minst tre ord."}
CARD = "application/vnd.microsoft.card.adaptive"


def card(answered: Answered) -> dict[str, Any]:
    """Return the card that a press was answered by."""
    body = answered.body or {}
    assert (CARD, 200, 200) == (body["type"], body["statusCode"], answered.status)
    return dict(body["value"])


def title_in(shown: dict[str, Any]) -> str:
    """Return what stands in the field of the title."""
    [field] = fields(shown).values()
    return str(field.get("value", ""))


async def test_form(teams: World) -> None:
    """A form that is right becomes a note in its place, and is answered by a new message."""
    answered = await teams.receive(filled_in("Ingen svarar i växeln"))

    assert [("challenge", "about-1", {"title": "Ingen svarar i växeln"})] == teams.talk.sent_forms
    assert (True, {}, [THANKS]) == (text("sv", "teams.done") in card(answered)["fallbackText"], fields(card(answered)), teams.said())


async def test_wrong(teams: World) -> None:
    """What is wrong is shown at its field with what was filled in; corrected, the same form is taken."""
    teams.talk.taken = WRONG
    shown = card(await teams.receive(filled_in("Växeln")))
    assert ("Växeln", True, []) == (title_in(shown), WRONG["title"] in shown["fallbackText"], teams.said())

    teams.talk.taken = [said(THANKS)]
    await teams.receive(filled_in("Ingen svarar i växeln"))
    assert ([THANKS], 2) == (teams.said(), len(teams.talk.sent_forms))


async def test_sent_three_times(teams: World) -> None:
    """A form that is sent three times is taken once, and each sending is answered alike."""
    invoke = filled_in("Ingen svarar i växeln")
    answers = await asyncio.gather(*(teams.listening.receive(invoke) for _ in range(2)))
    answers += [await teams.receive(filled_in("Ingen svarar i växeln"))]

    assert (1, [answers[0]] * 3, [THANKS]) == (len(teams.talk.sent_forms), answers, teams.said())


async def test_nonce_is_the_event(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form with the same words is the same event however often it is sent; with other words, or opened anew, it is another."""
    events: list[str] = []

    async def sent(interaction: Interaction, *_given: object) -> list[Reply]:
        events.append(interaction.event_id)
        return []

    monkeypatch.setattr(teams.talk, "sent", sent)
    monkeypatch.setattr(once, "_AFTERWARDS", 0)
    for words, nonce in (("ett", "a"), ("ett", "a"), ("två", "a"), ("två", "b")):
        await teams.receive(filled_in(words, nonce))

    assert ([0, 0, 1, 2], True) == ([list(dict.fromkeys(events)).index(each) for each in events], all(len(each) < 200 for each in events))


async def test_failure(teams: World) -> None:
    """A form that fails says so, keeps what was filled in, and can be sent again at once."""
    teams.talk.taken = UnavailableError("database", cause="gone")  # type: ignore[assignment]
    shown = card(await teams.receive(filled_in("Ingen svarar")))
    assert ("Ingen svarar", True, []) == (title_in(shown), text("sv", "channel.failed") in shown["fallbackText"], teams.said())

    teams.talk.taken = [said(THANKS)]
    await teams.receive(filled_in("Ingen svarar"))
    assert [THANKS] == teams.said()


async def test_form_that_cannot_be_shown_again(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database the card stays as it is, with what is filled in, and a sentence says that it failed."""

    async def broken(*_given: object) -> WholeForm:
        raise UnavailableError("database", cause="gone")

    teams.talk.taken = WRONG
    for name in ("opened_again", "language"):
        monkeypatch.setattr(teams.talk, name, broken)
    answered = await teams.receive(filled_in("Ingen svarar"))

    assert ("application/vnd.microsoft.activity.message", text("sv", "channel.failed")) == tuple(list((answered.body or {}).values())[1:])


async def test_form_that_is_locked_now(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the form may not be filled in any more, that is said in place of what is wrong with it."""

    async def locked(*_given: object) -> list[Reply]:
        return [said("Det går inte att anmäla längre.")]

    teams.talk.taken = WRONG
    monkeypatch.setattr(teams.talk, "opened_again", locked)
    answered = await teams.receive(filled_in("Ingen svarar"))

    assert ({}, ["Det går inte att anmäla längre."]) == (fields(card(answered)), teams.said())


@pytest.mark.parametrize("taken", [[said(THANKS)], WRONG])
async def test_late(teams: World, monkeypatch: pytest.MonkeyPatch, taken: dict[str, str] | list[Reply]) -> None:
    """When a form takes long Teams is answered by a note in time, and the answer, or the form with what is wrong, comes as a message."""
    monkeypatch.setattr(forms, "_PATIENCE", 0)
    free = asyncio.Event()

    async def slow(*_given: object) -> dict[str, str] | list[Reply]:
        await free.wait()
        return taken

    monkeypatch.setattr(teams.talk, "sent", slow)
    answered = await teams.listening.receive(filled_in("Växeln"))
    assert (True, []) == (text("sv", "teams.wait") in card(answered)["fallbackText"], teams.client.sent)
    free.set()
    await teams.settled()

    [(place, shown)] = teams.client.sent
    expected = THANKS if isinstance(taken, list) else WRONG["title"]
    assert (CHAT, True) == (place, expected in words_of(shown))
    if isinstance(taken, dict):
        assert "Växeln" == title_in(shown["attachments"][0]["content"])


async def test_late_failure(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a slow form fails in the end, and cannot be shown again, that comes as a message."""
    monkeypatch.setattr(forms, "_PATIENCE", 0)
    free = asyncio.Event()

    async def broken(*_given: object) -> WholeForm:
        await free.wait()
        raise UnavailableError("database", cause="gone")

    for name in ("sent", "opened_again"):
        monkeypatch.setattr(teams.talk, name, broken)
    await teams.listening.receive(filled_in("Växeln"))
    free.set()
    await teams.settled()

    assert [True] == [text("sv", "channel.failed") in words for words in teams.said()]


@pytest.mark.parametrize("fails", [False, True])
async def test_note_stays(teams: World, *, fails: bool) -> None:
    """A form that was taken, or left, stays a note when the chat is opened again; where that cannot be, the answer comes all the same."""
    teams.client.failures["update"] = [500] if fails else []
    taken = card(await teams.receive(filled_in("Ingen svarar i växeln")))["fallbackText"]
    left = card(await teams.receive(press("close", {"nonce": "nonce-2"})))["fallbackText"]

    notes = [(CHAT, "asked-1", left)] if fails else [(CHAT, "asked-1", taken), (CHAT, "asked-1", left)]
    assert (notes, [THANKS]) == (teams.client.changed_to, teams.said())


async def test_wrong_stays_a_form(teams: World) -> None:
    """A form with something wrong in it is not made a note."""
    teams.talk.taken = WRONG
    await teams.receive(filled_in("Växeln"))

    assert [] == teams.client.changed_to


async def test_closed(teams: World) -> None:
    """A form that is left becomes a note, and nothing is taken."""
    shown = card(await teams.receive(press("close", {"nonce": "nonce-1"})))

    assert (True, [], []) == (text("sv", "teams.closed") in shown["fallbackText"], teams.talk.sent_forms, teams.client.sent)


@pytest.mark.parametrize("data", [{}, {"form": "other", "about": "1", "nonce": "n"}, {"form": "challenge", "nonce": "n"}])
async def test_no_form_of_ours(teams: World, data: dict[str, str]) -> None:
    """What no form of ours has sent is not taken, and is answered all the same."""
    answered = await teams.receive(press("form", data))

    assert (text("sv", "channel.failed"), []) == ((answered.body or {})["value"], teams.talk.sent_forms)


@pytest.mark.parametrize("pressed", [press("close", {}), filled_in("Ingen svarar i växeln")])
async def test_whatever_breaks(teams: World, monkeypatch: pytest.MonkeyPatch, pressed: dict[str, Any]) -> None:
    """A form whose press breaks in a way that nobody thought of stays as it is, and a sentence says that it failed."""

    async def broken(*_given: object) -> str:
        raise ValueError

    monkeypatch.setattr(teams.talk, "language", broken)
    answered = await teams.receive(pressed)

    assert ("application/vnd.microsoft.activity.message", text("sv", "channel.failed")) == tuple(list((answered.body or {}).values())[1:])
