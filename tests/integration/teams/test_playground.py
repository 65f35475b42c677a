"""The guide in Microsoft's own client of Teams, from what Anna does to what she is shown; behind it a stand-in that answers at once."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio

from bot.channels.teams.app import Teams
from bot.replies import Card, Choice, Link, Reply
from bot.texts import text
from bot.whole_forms import Field, WholeForm
from knowledge.database import Database
from knowledge.outbox import Claimed
from tests.fake_talk import WELCOME, FakeTalk, said
from tests.integration.teams.keys import ANNA, TENANT
from tests.integration.teams.playground import GROUP, TEAM, Playground, guided
from tests.integration.teams.read_card import buttons, fields

MESSAGE = "application/vnd.microsoft.activity.message"
ASKED = Reply(
    elements=(Card(title="Ingen svarar i växeln", links=(Link(text="Källan", url="https://kommunen.example/1"),)),),
    choices=(
        Choice(label="Mer", intent="show_one", id="more"),
        Choice(label="Föreslå", intent="propose", id="form"),
        Choice(label="Till hjälp", intent="useful_yes", id="useful"),
        Choice(label="Inte till hjälp", intent="useful_no", id="useless"),
    ),
)
REVIEW = WholeForm(
    "review",
    "7",
    "Granska förslag",
    ("Skickat från Höörs kommun.",),
    (
        Field("title", "Rubrik", "line", required=True, value="Ingen kan hoppa in"),
        Field("decision", "Beslut", "choice", required=True, options=(("approve", "Godkänn"), ("return", "Skicka tillbaka"))),
        Field("notify", "Vill du ha besked?", "yes_no", required=True),
    ),
    "Spara beslutet",
)


@dataclass
class Here:
    """Anna at her desk, the guide before her, and the stand-in behind it."""

    anna: Playground
    channel: Teams
    talk: FakeTalk


@pytest_asyncio.fixture
async def here(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Here]:
    """A guide that is met in the Playground and answers with something that can be chosen."""
    talk = FakeTalk()
    talk.answer = lambda heard: [ASKED if heard.text == "välj" else said(f"Du sa: {heard.text or heard.choice}")]
    async with guided(sqlite_database, talk, tmp_path) as (anna, channel):
        yield Here(anna, channel, talk)


async def test_message(here: Here) -> None:
    """A message is answered in the same chat, where the guide is seen to type first."""
    await here.anna.write("hej *alla* & 1 < 2")
    answer = await here.anna.next()

    assert ("Du sa: hej *alla* & 1 < 2", [answer.where]) == (answer.text, here.anna.typing)


async def test_welcome_once(here: Here) -> None:
    """Who installs the guide is welcomed once, with four things to begin with, though Teams tells of it twice and again later."""
    await here.anna.install()
    welcome = await here.anna.next()
    await here.anna.install()
    await here.anna.write("hej")

    assert (WELCOME, [text("sv", f"prompt.title_{number}") for number in (1, 2, 3, 4)]) == (welcome.text, welcome.suggested)
    assert "Du sa: hej" == (await here.anna.next()).text


async def test_choice(here: Here) -> None:
    """A choice that is pressed is answered at once with what was chosen, and then in a message of its own; the first card stays."""
    await here.anna.write("välj")
    asked = await here.anna.next()
    before = dict(asked.card)
    answer = await here.anna.press(asked, "Mer")

    assert (MESSAGE, True, "Du sa: more") == (answer["type"], "Mer" in answer["value"], (await here.anna.next()).text)
    assert ("Ingen svarar i växeln" in asked.words, before) == (True, asked.card)


async def test_pressed_three_times(here: Here) -> None:
    """A choice that is pressed three times, as by who waits, is one turn with one answer."""
    await here.anna.write("välj")
    await here.anna.press(await here.anna.next(), "Mer", times=3)
    await here.anna.next()
    await here.anna.write("hej")

    assert "Du sa: hej" == (await here.anna.next()).text
    assert ["välj", "more", "hej"] == [each.text or each.choice for each in here.talk.heard]


async def test_feedback(here: Here) -> None:
    """Whether an answer was of use is told by a press."""
    await here.anna.write("välj")
    await here.anna.press(await here.anna.next(), "Till hjälp")

    assert "Du sa: useful" == (await here.anna.next()).text


async def test_form(here: Here) -> None:
    """What is wrong in a form is told in its place with the rest kept; what is right becomes a note there, and an answer below."""
    await here.anna.write("välj")
    await here.anna.press(await here.anna.next(), "Föreslå")
    form = await here.anna.next()
    here.talk.taken = {"title": "Skriv minst tre ord."}
    wrong = await here.anna.press(form, "Skicka", {"Vad ska den heta?": "Växeln"})
    shown = (wrong["type"], "Skriv minst tre ord." in form.words, fields(form.card)["Vad ska den heta?"]["value"])
    assert ("application/vnd.microsoft.card.adaptive", True, "Växeln") == shown

    here.talk.taken = [said("Tack, förslaget är sparat.")]
    await here.anna.press(form, "Skicka", {"Vad ska den heta?": "Ingen svarar i växeln"})
    assert ({}, "Tack, förslaget är sparat.") == (fields(form.card), (await here.anna.next()).text)
    assert ["Växeln", "Ingen svarar i växeln"] == [values["title"] for _, _, values in here.talk.sent_forms]


async def test_form_three_times(here: Here) -> None:
    """A form that is sent three times, as Teams does when it hears nothing, is taken once and answered once."""
    await here.anna.write("välj")
    await here.anna.press(await here.anna.next(), "Föreslå")
    await here.anna.press(await here.anna.next(), "Skicka", {"Vad ska den heta?": "Ingen svarar i växeln"}, times=3)
    answer = await here.anna.next()
    await here.anna.write("hej")

    assert (1, "Tack, förslaget är sparat.", "Du sa: hej") == (len(here.talk.sent_forms), answer.text, (await here.anna.next()).text)


async def test_form_left(here: Here) -> None:
    """A form that is left becomes a note, and nothing is taken."""
    await here.anna.write("välj")
    await here.anna.press(await here.anna.next(), "Föreslå")
    form = await here.anna.next()
    await here.anna.press(form, text("sv", "choice.cancel"))

    assert ({}, {}, True, []) == (fields(form.card), buttons(form.card), bool(form.words), here.talk.sent_forms)


async def test_review(here: Here, monkeypatch: Any) -> None:
    """A reviewer decides in a card: what was proposed stands in it, and a choice, a yes and a no come along."""

    async def opened(_interaction: object) -> WholeForm:
        return REVIEW

    monkeypatch.setattr(here.talk, "opened", opened)
    await here.anna.write("välj")
    await here.anna.press(await here.anna.next(), "Mer")
    form = await here.anna.next()
    await here.anna.press(form, "Spara beslutet", {"Beslut": "Skicka tillbaka", "Vill du ha besked?": "Ja"})
    await here.anna.next()

    values = {"title": "Ingen kan hoppa in", "decision": "return", "notify": "yes"}
    assert [("review", "7", values)] == here.talk.sent_forms


async def test_group(here: Here) -> None:
    """In a group the guide says once how it is spoken to, and answers mentions there; what is private goes to the person's own chat."""
    await here.anna.install()
    await here.anna.next()
    await here.anna.install(GROUP)
    greeting = await here.anna.next(GROUP)
    await here.anna.write("hej", GROUP, mention=True)
    answer = await here.anna.next(GROUP)
    here.talk.answer = lambda _heard: [said("Dina anmälningar: 1.").model_copy(update={"private": True})]
    await here.anna.write("mina anmälningar", GROUP, mention=True)

    assert (text("sv", "teams.hello_group"), "Du sa: hej") == (greeting.text, answer.text)
    assert (text("sv", "teams.in_own_chat"), "Dina anmälningar: 1.") == ((await here.anna.next(GROUP)).text, (await here.anna.next()).text)


async def test_form_in_group(here: Here) -> None:
    """A form that is opened in a group comes in the person's own chat, so that nobody else fills it in."""
    await here.anna.install()
    await here.anna.next()
    await here.anna.write("välj", GROUP, mention=True)
    await here.anna.press(await here.anna.next(GROUP), "Föreslå")
    form = await here.anna.next()
    await here.anna.press(form, "Skicka", {"Vad ska den heta?": "Ingen svarar"})

    assert ("Tack, förslaget är sparat.", 1) == ((await here.anna.next()).text, len(here.talk.sent_forms))


async def test_channel(here: Here) -> None:
    """A mention in a team's channel is answered in its thread."""
    thread = await here.anna.write("hej", TEAM, mention=True)

    assert (True, "Du sa: hej") == (thread.startswith(f"{TEAM};messageid="), (await here.anna.next(thread)).text)


async def test_outbox(here: Here) -> None:
    """Messages of the outbox come into the person's own chat and into a team's channel, though nobody asked just now."""
    await here.anna.install()
    await here.anna.next()
    await here.anna.install(TEAM)
    await here.anna.until(lambda: any(each.where.startswith(TEAM) for each in here.anna.shown))
    seen = len(here.anna.shown)
    for target in (ANNA, TEAM):
        await here.channel.deliver(withdrawn(f"teams:{TENANT}:{target}"))
    await here.anna.until(lambda: len(here.anna.shown) == seen + 2)

    assert [True, True] == ["Ingen svarar i växeln" in each.text for each in here.anna.shown[seen:]]


async def test_long_answer(here: Here) -> None:
    """An answer of more than Teams takes comes as several messages below 25 KB, in order, and nothing is left out."""
    entries = tuple(Card(title=f"Utmaning {number}", text=f"Början {number} " + "ord och åter ord " * 100) for number in range(40))
    here.talk.answer = lambda _heard: [Reply(elements=entries, choices=(Choice(label="Fler", intent="more_results", id="m"),))]
    await here.anna.write("allt")
    await here.anna.until(lambda: any("Fler" in buttons(each.card) for each in here.anna.shown))

    whole = "\n".join(each.words for each in here.anna.shown)
    assert ([str(number) for number in range(40)], 4000) == (re.findall(r"Början (\d+)", whole), whole.count("ord och åter ord"))
    assert (True, True) == (len(here.anna.shown) > 1, all(each.size < 25_000 for each in here.anna.shown))


async def test_failure(here: Here) -> None:
    """When something goes wrong that is said, in a form with what was filled in kept, and the next message is answered."""

    def fail(_heard: object) -> list[Reply]:
        raise RuntimeError

    answer, here.talk.answer = here.talk.answer, fail
    await here.anna.write("hej")
    assert text("sv", "channel.failed") in (await here.anna.next()).text

    here.talk.answer = answer
    await here.anna.write("välj")
    await here.anna.press(await here.anna.next(), "Föreslå")
    form = await here.anna.next()
    here.talk.taken = RuntimeError()  # type: ignore[assignment]
    await here.anna.press(form, "Skicka", {"Vad ska den heta?": "Ingen svarar"})
    kept = fields(form.card)["Vad ska den heta?"]["value"]
    assert (True, "Ingen svarar") == (text("sv", "channel.failed") in form.words, kept)


async def test_make_challenge(here: Here) -> None:
    """A message that is made a challenge of is looked for in the person's own chat."""
    await here.anna.install()
    await here.anna.next()
    message = {"id": "1", "body": {"contentType": "html", "content": "<p>Ingen svarar i växeln</p>"}, "from": {"user": {"id": ANNA}}}
    answer = await here.anna.invoke("composeExtension/fetchTask", {"commandId": "make_challenge", "messagePayload": message}, GROUP)

    assert ("message", True) == (answer["task"]["type"], "Ingen svarar i växeln" in (await here.anna.next()).words)


def withdrawn(recipient: str) -> Claimed:
    about = {"language": "sv", "title": "Ingen svarar i växeln", "number": "DG-1", "at": "2026-11-24T10:00:00+00:00"}
    return Claimed("key", "interest.withdrawn", recipient, about, 1, 1)
