"""What is pressed is answered at once, its answer comes as a new message, and a press that is made again counts once."""

import asyncio
from dataclasses import replace

import pytest

from bot.channels.teams import forms, once
from bot.channels.teams.answered import TAKEN, Answered
from bot.channels.teams.once import Once
from bot.interaction import Interaction
from bot.replies import Choice, Reply, Text
from bot.texts import text
from bot.whole_forms import WholeForm
from knowledge.errors import UnavailableError
from tests.fake_talk import FORM
from tests.integration.teams.world import ANNA, CHAT, World, activity, chosen, message, press

SENTENCE = "application/vnd.microsoft.activity.message"


def sentence(answered: Answered) -> str:
    """Return the sentence that a press was answered by."""
    body = answered.body or {}
    assert (SENTENCE, 200, 200) == (body["type"], body["statusCode"], answered.status)
    return str(body["value"])


async def test_choice(teams: World) -> None:
    """A press is answered by a sentence that names the choice, and its answer comes as a message in the same chat."""
    teams.talk.answer = lambda heard: [
        Reply(elements=(Text(text=heard.text or heard.choice),), choices=(Choice(label="Visa fler", intent="more_results", id="id-1"),))
    ]
    await teams.receive(message("hej"))
    answered = await teams.receive(chosen("id-1"))

    assert text("sv", "teams.answer_below", label="Visa fler") == sentence(answered)
    assert (["", "id-1"], CHAT, ANNA) == ([heard.choice for heard in teams.talk.heard], teams.places()[-1], teams.talk.heard[-1].person)


async def test_choice_that_is_not_known(teams: World) -> None:
    """A choice whose words are gone is answered all the same."""
    assert text("sv", "teams.answer_below_unnamed") == sentence(await teams.receive(chosen("old")))
    assert ["Du sa: old"] == teams.said()


async def test_form_too_large_for_a_card(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that Teams would not show, for so much is filled in, is asked for in the conversation."""

    async def opened(_interaction: Interaction) -> WholeForm:
        return replace(FORM, fields=tuple(replace(FORM.fields[0], name=f"f{number}", value="å" * 3000) for number in range(5)))

    monkeypatch.setattr(teams.talk, "opened", opened)
    await teams.receive(chosen("form"))

    assert ["Du sa: form"] == teams.said()


async def test_language(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the channel itself says is said in the language of the conversation."""

    async def language(_interaction: Interaction) -> str:
        return "en"

    monkeypatch.setattr(teams.talk, "language", language)
    file = {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "plan.docx"}
    menu = await teams.receive(chosen(""))
    await teams.receive(message("hello", attachments=[file]))

    assert text("en", "teams_look.choose_first") == sentence(menu)
    assert text("en", "channel.files_too") in teams.said()[-1]


async def test_menu_without_a_choice(teams: World) -> None:
    """Who sends a menu in which nothing is chosen is asked to choose."""
    assert text("sv", "teams_look.choose_first") == sentence(await teams.receive(press("choice", {})))
    assert [] == teams.talk.heard


async def test_pressed_three_times(teams: World) -> None:
    """Three presses of a button are one, while the first is answered and right after it; somebody else's is another."""
    invoke = chosen("id-1")
    await asyncio.gather(*(teams.listening.receive(invoke | {"id": f"again-{number}"}) for number in range(2)))
    await teams.receive(chosen("id-1"))
    await teams.receive(chosen("id-1", person="bo-id"))

    assert [ANNA, "bo-id"] == [heard.person for heard in teams.talk.heard]


async def test_pressed_again_while_it_takes_long(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A press whose answer is still being written is not made again, however long that takes."""
    monkeypatch.setattr(once, "_AFTERWARDS", -1)
    free = asyncio.Event()
    turn = teams.talk.turn

    async def slow(interaction: Interaction) -> list[Reply]:
        await free.wait()
        return await turn(interaction)

    teams.talk.turn = slow  # type: ignore[method-assign]
    answers = [await teams.listening.receive(chosen("id-1")) for _ in range(3)]
    free.set()
    await teams.settled()

    assert ([answers[0]] * 3, ["Du sa: id-1"]) == (answers, teams.said())


async def test_pressed_again_later(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A press that is made again when the first is long answered is another."""
    monkeypatch.setattr(once, "_AFTERWARDS", -1)
    for _ in range(2):
        await teams.receive(chosen("id-1"))

    assert ["Du sa: id-1"] * 2 == teams.said()


async def test_once() -> None:
    """A press counts until ten seconds after its answer and all that hangs on it, unless it failed."""
    times = [100.0]
    presses = Once(clock=lambda: times[0])
    handled: list[float] = []
    work: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def handle() -> Answered:
        handled.append(times[0])
        if len(handled) == 1:
            presses.hold("key", work)
        return TAKEN

    async def pressed(at: float) -> int:
        times[0] = at
        await presses.answer("key", handle)
        return len(handled)

    assert [1, 1] == [await pressed(100), await pressed(500)]
    noticed = asyncio.Event()
    work.add_done_callback(lambda _: noticed.set())
    work.set_result(None)
    await noticed.wait()
    assert [1, 1, 2] == [await pressed(501), await pressed(509), await pressed(511)]
    presses.forget("key")
    presses.hold("key", work)  # of a press whose answer came too late
    assert 3 == await pressed(511)


async def test_form_opens(teams: World) -> None:
    """A choice that opens a form lets it come as a message, once, and gets no turn."""
    answers = [await teams.receive(chosen("form")) for _ in range(2)]

    assert {text("sv", "teams.form_below", title=FORM.title)} == {sentence(answered) for answered in answers}
    [(place, shown)] = teams.client.sent
    assert (CHAT, FORM.title, []) == (place, shown["summary"], teams.talk.heard)


async def test_form_that_is_refused(teams: World) -> None:
    """Where a form cannot be opened, it is said why."""
    await teams.receive(chosen("locked"))

    assert ["Det går inte att anmäla längre."] == teams.said()


async def test_form_that_cannot_be_opened(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the form fails to open, the conversation takes the choice."""

    async def broken(_interaction: Interaction) -> WholeForm:
        raise UnavailableError("database", cause="gone")

    for name in ("opened", "language", "label"):
        monkeypatch.setattr(teams.talk, name, broken)
    answered = await teams.receive(chosen("form"))

    assert (["form"], text("sv", "teams.answer_below_unnamed")) == ([heard.choice for heard in teams.talk.heard], sentence(answered))


async def test_slow_form(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a form takes long to open Teams is answered in time, and the form comes when it is ready."""
    monkeypatch.setattr(forms, "_PATIENCE", 0)
    free = asyncio.Event()

    async def slow(_interaction: Interaction) -> WholeForm:
        await free.wait()
        return FORM

    monkeypatch.setattr(teams.talk, "opened", slow)
    answered = await teams.listening.receive(chosen("form"))
    assert ([], text("sv", "teams.wait")) == (teams.client.sent, sentence(answered))
    free.set()
    await teams.settled()
    assert [CHAT] == teams.places()


async def test_press_of_another_app(teams: World) -> None:
    """A press by a name or a verb that is not ours is refused."""
    assert [501, 501] == [
        (await teams.receive(each)).status
        for each in (press("other", {"choice": "id-1"}), activity("invoke", name="task/fetch", value={"data": {"choice": "id-1"}}))
    ]


async def test_press_that_breaks(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a press breaks, that is how it is answered."""

    async def broken(_interaction: Interaction) -> WholeForm:
        raise ValueError

    monkeypatch.setattr(teams.talk, "opened", broken)

    assert text("sv", "channel.failed") == sentence(await teams.receive(chosen("form")))
