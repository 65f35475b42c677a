"""Whatever is sent, the person gets one answer that makes sense, and nothing breaks."""

import asyncio
import os
import signal

import pytest
from sqlalchemy import func, select, text

from bot.app import Guide
from knowledge.tables import ConversationRow, SameNeedRow
from tests.e2e.conftest import Talk

NEED = "Vi på hemtjänsten springer på nattbesök hela natten, vad gör andra?"
TITLE = "Nattens besök väcker dem vi ska titta till"


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "👍", "🙂🙂", "...", "\x00\x07\x1b"], ids=repr)
async def test_nothing_to_read_is_answered_with_what_to_write(nothing: str, talk: Talk) -> None:
    """An empty message, blanks, emoji or control characters alone get a request for words, and count as no answer."""
    assert "Skriv vad som är besvärligt" in await talk.say(nothing)


async def test_emoji_is_no_yes(talk: Talk) -> None:
    """A thumb up does not confirm that a conversation is to be deleted."""
    await talk.say("radera samtalet")

    answer = await talk.say("👍")

    assert "raderat" not in answer


async def test_very_long_message_is_answered(talk: Talk) -> None:
    """Ten thousand characters are searched with like any need."""
    assert TITLE in await talk.say((NEED + " ") * 150)


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script> " + NEED,
        "'; DROP TABLE entries; -- " + NEED,
        "**fet** [länk](http://exempel.se) `kod` " + NEED,
        "<!channel> *fet* _kursiv_ <http://x|y> " + NEED,
    ],
    ids=["html", "sql", "markdown", "mrkdwn"],
)
async def test_markup_is_only_text(markup: str, talk: Talk) -> None:
    """HTML, SQL, Markdown and mrkdwn in a message are searched with as text and never come back as markup."""
    answer = await talk.say(markup)

    assert TITLE in answer
    assert "<script>" not in answer
    assert "<!channel>" not in answer


@pytest.mark.parametrize("command", ["/restart", "/session_start", "/back", " /restart"])
async def test_typed_command_is_only_text(command: str, talk: Talk, guide: Guide) -> None:
    """A command of Rasa's that a person types is a word like any other: nothing happens to the conversation behind it."""
    await talk.say(NEED)

    answer = await talk.say(command)

    assert answer
    done = "SELECT count(*) FROM events WHERE sender_id = :id AND type_name IN ('restart', 'rewind', 'session_started')"
    with guide.database.reading() as session:
        conversation = session.scalar(select(ConversationRow.id).where(ConversationRow.external_id == talk.place))
    with guide.tracker._engine.connect() as connection:
        assert connection.execute(text(done), {"id": conversation}).scalar() == 1


async def test_typed_payload_opens_nothing(talk: Talk) -> None:
    """A button's payload typed by a person does not act as the button."""
    answer = await talk.say('/show_one{"entry": "nattbesok-vacker"}')

    assert "Problemet:" not in answer


async def test_five_messages_at_once_are_answered_in_order(talk: Talk) -> None:
    """Five quick messages get five answers, each to its own message."""
    said = ["hej", NEED, "visa 2", "tack", "hej då"]

    answers = await asyncio.gather(*(talk.say(words) for words in said))

    expected = ["Hej! Berätta", TITLE, "Problemet:", "Varsågod", "Hej då"]
    assert [True] * 5 == [part in answer for part, answer in zip(expected, answers, strict=True)]


async def test_wrong_number_is_told_how_many_there_are(talk: Talk) -> None:
    """A number that is on no list gets the range there is, and the list again."""
    await talk.say(NEED)
    offered = len(talk.choices)

    answer = await talk.say(str(offered + 7))

    assert f"Välj 1 till {offered}" in answer
    assert offered == len(talk.choices)


async def test_same_event_is_answered_once(talk: Talk) -> None:
    """The second and third delivery of an event get no answer and change nothing."""
    answers = [await talk.say(NEED, event_id=f"event-{talk.place}") for _ in range(3)]

    assert [True, False, False] == [bool(answer) for answer in answers]


@pytest.mark.parametrize(
    "words",
    [
        "How can we stop waking old people at night with our visits?",
        "Wie vermeidet man, alte Menschen nachts bei jedem Kontrollbesuch zu wecken?",
        "Vi vekker de gamle hver natt når vi ser til dem",
    ],
    ids=["en", "de", "no"],
)
async def test_other_languages_find_swedish_entries(words: str, talk: Talk) -> None:
    """A question in another language finds what is written in Swedish."""
    assert TITLE in await talk.say(words)


async def test_need_is_counted_once_for_each_organisation(guide: Guide) -> None:
    """Two people of one municipality who have the same need count as one, however they write its name."""
    for organisation in ("Timrå", "timrå kommun"):
        talk = Talk(guide)
        await talk.say("lappar med handskrivna underskrifter far runt mellan kontoren")
        await talk.choose("Vi har det också")
        assert "Timrå kommun" in await talk.say(organisation)
        await talk.say("hoppa över")

    with guide.database.reading() as session:
        counted = session.scalar(select(func.count()).where(SameNeedRow.organisation == "Timrå kommun"))
    assert counted == 1


async def test_personal_data_is_masked_before_it_is_stored(talk: Talk, guide: Guide) -> None:
    """Identity numbers, phones and addresses in a message never reach Rasa's record of it."""
    await talk.say("Brukaren 19121212-1212 har nummer 070-123 45 67 och mejl anna@exempel.se, vi väcker henne varje natt")

    with guide.tracker._engine.connect() as connection:
        stored = " ".join(row[0] for row in connection.execute(text("SELECT data FROM events")))
    assert "[personnummer]" in stored
    for secret in ("19121212-1212", "070-123 45 67", "anna@exempel.se"):
        assert secret not in stored


async def test_deleted_conversation_leaves_no_trace(talk: Talk, guide: Guide) -> None:
    """After a confirmed deletion neither the database nor Rasa has anything of the conversation."""
    await talk.say(NEED)
    with guide.database.reading() as session:
        conversation = session.scalar(select(ConversationRow.id).where(ConversationRow.external_id == talk.place))
    await talk.say("radera samtalet")

    answer = await talk.say("ja")

    assert "raderat" in answer
    with guide.database.reading() as session:
        assert session.get(ConversationRow, conversation) is None
    with guide.tracker._engine.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM events WHERE sender_id = :id"), {"id": conversation}).scalar()
    assert left == 0


async def test_interrupted_form_goes_on(talk: Talk) -> None:
    """A question in the middle of the form is answered, and then the form asks again."""
    await talk.say("hjälp mig leta")

    answer = await talk.say("vem är du?")

    assert "ett datorprogram" in answer
    assert "Vilket område gäller det?" in answer


async def test_failing_action_is_told_and_the_conversation_goes_on(
    talk: Talk, guide: Guide, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When the search breaks, the person hears that something went wrong, and the next message is answered."""

    def broken(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken_search:
        broken_search.setattr(guide.search, "ask", broken)
        answer = await talk.say(NEED)

    assert "Något gick fel" in answer
    assert "ZeroDivisionError" in caplog.text
    assert TITLE in await talk.say(NEED)


async def test_killed_rasa_is_told_and_the_form_goes_on(talk: Talk, guide: Guide) -> None:
    """When Rasa dies in the middle of a form the person is told, it is started again, and the form goes on where it was."""
    await talk.say("hjälp mig leta")
    await talk.say("äldreomsorg")
    assert guide.rasa is not None
    killed = guide.rasa.pid
    assert killed is not None

    os.kill(killed, signal.SIGKILL)
    answer = await talk.say(NEED)
    await guide.rasa.until_running(other_than=killed)

    assert "startar om" in answer
    assert TITLE in await talk.say(NEED)
