"""A company in the early dialogue, from its first question to the receipt, and what can go wrong on the way."""

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from bot.app import Guide
from knowledge.interest_tables import DraftRow, FollowRow, InterestFormRow, InterestRow, QuestionRow, StandingRow
from knowledge.people import Person
from knowledge.stages import Facts
from knowledge.tables import ConversationRow
from tests.e2e.conftest import Talk
from tests.e2e.mailed import code_in_mail

OPERATOR = Person("cli", "-", "drift")
NEED = "Vi säljer sensorer för vattenmätning, vilka har det behovet?"
LEAKS = "dricksvatten-lacker-osynligt"
HALLS = "hallar-bokade-men-tomma"
PLOUGHING = "snorojning-vad-ar-plogat"


@pytest.fixture(autouse=True, scope="module")
def _as_if_nothing_had_happened(guide: Guide) -> Iterator[None]:
    """Leave no counter, promise or answer behind: other tests read the same challenges word for word."""
    yield
    with guide.database.transaction() as session:
        for table in (QuestionRow, InterestFormRow, InterestRow, FollowRow, DraftRow, StandingRow):
            session.execute(delete(table))


def _answers(number: int) -> list[str]:
    """Return what a company answers to each question, in their order; no two numbers are the same company."""
    return [
        f"Stopp {number} AB",
        "hoppa över",
        "Anna Andersson",
        f"anna{number}@stoppab.se",
        "070-123 45 67",
        "Färdig produkt eller tjänst",
        "Hjälp oss att hjälpa er: vi mäter vattnet.",
        "nej",
        "ingen sekretess",
        "ja",
    ]


async def _open_form(talk: Talk, challenge: str) -> str:
    """Open a challenge as a chosen one, and begin to register interest in it."""
    await talk.turn_as("show_one", {"entry": challenge})
    return await talk.say("vi vill anmäla intresse")


async def _fill(talk: Talk, number: int) -> str:
    """Answer every question; return the summary."""
    answer = ""
    for said in _answers(number):
        answer = await talk.say(said)
    return answer


async def _register(talk: Talk, challenge: str, number: int) -> str:
    """Register interest from beginning to receipt; return the receipt."""
    await _open_form(talk, challenge)
    await _fill(talk, number)
    await talk.say("skicka")
    return await talk.say(f"kod {code_in_mail(talk.guide, f'anna{number}@stoppab.se')}")


def _interests(guide: Guide, challenge: str) -> list[str]:
    with guide.database.reading() as session:
        rows = session.scalars(select(InterestRow).where(InterestRow.challenge_id == challenge).order_by(InterestRow.id))
        return [row.status for row in rows]


def _stored_by_rasa(guide: Guide, talk: Talk) -> str:
    """Return every event of the conversation in Rasa's store, and what its log holds."""
    with guide.database.reading() as session:
        conversation = session.scalar(select(ConversationRow.id).where(ConversationRow.external_id == talk.place))
    with guide.tracker._engine.connect() as connection:
        events = connection.execute(text("SELECT data FROM events WHERE sender_id = :id"), {"id": conversation}).scalars().all()
    return "".join(events) + Path(guide.settings.home / "rasa.log").read_text("utf-8")


async def test_from_first_question_to_receipt(talk: Talk, guide: Guide) -> None:
    """A company finds a challenge, reads the notices, answers one question at a time, confirms, and gets a receipt by its code."""
    guide.services.ownership.promise(OPERATOR, LEAKS, date(2099, 1, 31))
    found = await talk.say(NEED)
    assert "Intresse: går att anmäla nu" in found
    assert "Nästa besked: senast 2099-01-31" in found

    await talk.say("1")
    notices = await talk.say("anmäl intresse")
    assert all(part in notices for part in ("tidig dialog", "allmän handling", "gallras enligt", "(1/10)"))

    summary = await _fill(talk, 1)
    assert all(part in summary for part in ("Företag: Stopp 1 AB", "E-post: anna1@stoppab.se", "Telefon: 0701234567", "Besked: ja"))
    assert "kod till anna1@stoppab.se" in await talk.say("ja")
    assert "Koden stämmer inte" in await talk.say("kod 000000" if code_in_mail(guide, "anna1@stoppab.se") != "000000" else "kod 1")

    receipt = await talk.say(code_in_mail(guide, "anna1@stoppab.se"))
    assert "Intresset är registrerat" in receipt
    assert "senast 2099-01-31" in receipt
    assert "registrerad" in await talk.say("mina intressen")


async def test_rasa_stores_no_answer(talk: Talk, guide: Guide) -> None:
    """Nothing that was entered is in Rasa's store or log, neither as it was written nor as it was shown again."""
    await _register(talk, PLOUGHING, 2)
    await talk.say("mina intressen")
    await talk.say("följ den")
    await talk.say("vad följer jag")

    stored = _stored_by_rasa(guide, talk)

    assert [] == [said for said in ("stoppab", "Stopp 2", "123 45 67", "Anna Andersson", "mäter vattnet") if said in stored]


async def test_correct_before_and_after(talk: Talk) -> None:
    """A field is corrected in the middle and from the summary, and a wrong value is told what is wrong with it."""
    await _open_form(talk, LEAKS)
    for said in _answers(3)[:4]:
        await talk.say(said)

    assert "Nu står det: Anna Andersson" in await talk.say("ändra kontaktperson")
    assert "(5/10)" in await talk.say("Karin Berg")
    assert "Telefonnumret går inte att läsa" in await talk.say("12345")
    assert "(4/10)" in await talk.say("tillbaka")
    assert "(4/10)" in await talk.say("hjälp")
    assert "(5/10)" in await talk.say("karin@stoppab.se")
    for said in _answers(3)[4:]:
        summary = await talk.say(said)
    assert "Kontaktperson: Karin Berg" in summary

    await talk.choose("Ändra e-post")
    summary = await talk.say("ny3@stoppab.se")
    assert "E-post: ny3@stoppab.se" in summary
    assert "Telefon: 0701234567" in summary


async def test_secrecy_needs_a_harm(talk: Talk) -> None:
    """Secrecy is requested for a field with the harm it would do; an empty reason is refused, and the request can be dropped."""
    await _open_form(talk, LEAKS)
    for said in _answers(4)[:8]:
        await talk.say(said)

    assert "Vilken skada" in await talk.say("meddelandet")
    assert "skada det kan ge om meddelande lämnas ut" in await talk.say("hoppa över")
    assert "Begärt hittills: Meddelande: Priserna visas" in await talk.say("Priserna visas för våra konkurrenter")
    assert "Vilken skada" in await talk.say("telefon")
    assert "Begärt hittills" in await talk.choose("Ingen sekretess för telefon")
    await talk.say("inga fler")
    assert "Sekretess: Meddelande: Priserna visas för våra konkurrenter" in await talk.say("nej")


async def test_question_within_the_form(talk: Talk) -> None:
    """A question in the middle is answered and the form asks again; what leaves the form says that it waits."""
    await _open_form(talk, LEAKS)
    await talk.say("Stopp 5 AB")

    assert "(2/10)" in await talk.say("vad sparar ni om mig?")
    left = await talk.say("visa alla öppna utmaningar")
    assert "Anmälan väntar" in left
    assert "Öppna utmaningar (alla områden)" in left
    assert "(2/10)" in await talk.say("fortsätt anmälan")


async def test_cancelled_form_is_kept_until_thrown_away(talk: Talk, guide: Guide) -> None:
    """Cancel takes a break; what was answered is there until it is thrown away, and then nothing is."""
    await _open_form(talk, LEAKS)
    await talk.say("Stopp 6 AB")

    assert "sparat" in await talk.say("avbryt")
    assert "1 av 10" in await talk.say("fortsätt anmälan")
    await talk.say("avbryt")
    assert "påbörjade anmälan är sparad" in await talk.say("avbryt")
    assert ["Fortsätt anmälan", "Kasta anmälan"] == [choice.label for choice in talk.choices][:2]
    assert "borttagen" in await talk.say("kasta anmälan")
    assert "ingen påbörjad anmälan" in await talk.say("fortsätt anmälan")
    assert "Inget är sparat" in await talk.say("avbryt")
    with guide.database.reading() as session:
        kept = session.scalars(select(DraftRow)).all()
    assert not [row for row in kept if row.fields.get("company") == "Stopp 6 AB"]


async def test_goes_on_in_another_conversation(guide: Guide) -> None:
    """Whoever began a form goes on with it in a new conversation, and nobody else does."""
    first, second, stranger = Talk(guide, person="karin"), Talk(guide, person="karin"), Talk(guide, person="bo")
    for conversation in (first, second, stranger):
        await conversation.open()
    await _open_form(first, LEAKS)
    await first.say("Stopp 7 AB")

    assert "ingen påbörjad anmälan" in await stranger.say("fortsätt anmälan")
    assert "1 av 10" in await second.say("fortsätt anmälan")
    assert "(3/10)" in await second.say("hoppa över")


async def test_same_company_again_is_an_update(talk: Talk, guide: Guide) -> None:
    """A second registration is filled in with the first, and replaces it."""
    await _register(talk, PLOUGHING, 8)
    before = _interests(guide, PLOUGHING)

    again = await _open_form(talk, PLOUGHING)
    assert "redan anmält" in again
    await talk.say("ändra telefon")
    await talk.say("060-12 34 56")
    assert "uppdaterad" in await talk.say("skicka")
    assert before == _interests(guide, PLOUGHING)


async def test_withdraw(talk: Talk, guide: Guide) -> None:
    """A registration is withdrawn after a yes, and the company is told what is kept and why; after a no it stands."""
    await _register(talk, PLOUGHING, 9)

    await talk.say("dra tillbaka vår anmälan")
    assert "står kvar" in await talk.say("nej")
    await talk.say("dra tillbaka vår anmälan")
    withdrawn = await talk.say("ja")

    assert "är återkallad" in withdrawn
    assert "allmän handling" in withdrawn
    assert "withdrawn" == _interests(guide, PLOUGHING)[-1]


async def test_follow_by_mail(talk: Talk, guide: Guide) -> None:
    """An area is followed by an address that a code confirms, and unfollowed in one word."""
    assert "Till vilken e-postadress" in await talk.say("följ äldreomsorg")
    assert "går inte att använda" in await talk.say("anna@")
    assert "kod till foljer@stoppab.se" in await talk.say("foljer@stoppab.se")
    assert "bekräftad" in await talk.say(code_in_mail(guide, "foljer@stoppab.se"))

    await talk.turn_as("show_one", {"entry": LEAKS})
    assert "Ni följer nu «Dricksvattnet" in await talk.say("följ den")
    followed = await talk.say("vad följer jag")
    assert all(part in followed for part in ("Äldreomsorg", "Dricksvattnet"))
    assert "inte längre «Äldreomsorg" in await talk.say("sluta följa äldreomsorg")
    assert "inte längre «Dricksvattnet" in await talk.say("avfölj")


@pytest.mark.parametrize("words", ["sluta följa {}", "unfollow {}", "lopeta seuraaminen {}"])
async def test_unfollow_by_the_word_in_a_mail(words: str, talk: Talk, guide: Guide) -> None:
    """The word that a mail gives for unfollowing works for whoever has the mail, in any conversation."""
    follower = Person("terminal", "-", "somebody-else")
    guide.services.following.follow(follower, area="aldreomsorg", email="bevakar@foretag.example")
    with guide.database.reading() as session:
        token = session.scalars(select(FollowRow.token).where(FollowRow.address.contains("bevakar@"))).one()

    answer = await talk.say(words.format(token))

    assert "följer inget längre" in answer
    with guide.database.reading() as session:
        assert [] == list(session.scalars(select(FollowRow).where(FollowRow.token == token)))


async def test_question_and_answer(talk: Talk, guide: Guide) -> None:
    """Only a registrant asks; the answer is read by everybody with the challenge, without a word of who asked."""
    await talk.turn_as("show_one", {"entry": HALLS})
    assert "bekräftat intresse" in await talk.say("ställ en fråga om utmaningen")
    await _register(talk, HALLS, 10)

    assert "utan uppgift om vem" in await talk.say("ställ en fråga om utmaningen")
    sent = await talk.say("Hur många hallar gäller det? Stopp 10 AB undrar.")
    assert "Frågan är skickad" in sent
    waiting = guide.services.questions.waiting(OPERATOR, HALLS)
    guide.services.questions.answer(OPERATOR, waiting[-1].id, "Sju hallar.")

    other = Talk(guide)
    await other.open()
    shown = await other.turn_as("show_one", {"entry": HALLS})
    assert "Svar: Sju hallar." in shown
    assert "Stopp 10" not in shown


async def test_locked_challenge_refuses_a_form_begun_before(talk: Talk, guide: Guide) -> None:
    """When a procurement starts, the form that is being filled in, a new one and a question are refused with the announcement."""
    await _open_form(talk, HALLS)
    await talk.say("Stopp 11 AB")
    announced = Facts(announcement_url="https://example.org/annons/1")
    guide.services.stages.move(OPERATOR, HALLS, "procurement", "Nu upphandlar vi.", announced)

    try:
        refused = await talk.say("hoppa över")
        assert "https://example.org/annons/1" in refused
        assert "(3/10)" not in refused
        assert "https://example.org/annons/1" in await talk.say("fortsätt anmälan")
        shown = await talk.turn_as("show_one", {"entry": HALLS})
        assert "upphandling pågår" in shown
        assert "Företag som har anmält" not in shown
        assert "https://example.org/annons/1" in await talk.say("anmäl intresse")
        assert "https://example.org/annons/1" in await talk.say("ställ en fråga om utmaningen")
    finally:
        guide.services.stages.move(OPERATOR, HALLS, "published", "Prov.", Facts(next_update_by=date(2099, 1, 31)))


@pytest.mark.parametrize("language", ["en", "fi"])
async def test_other_languages(language: str, guide: Guide) -> None:
    """The form is held in the language of the conversation, with words of that language."""
    skip, done, send = {"en": ("skip", "no secrecy", "send"), "fi": ("ohita", "ei salassapitoa", "lähetä")}[language]
    talk = Talk(guide, language)
    await talk.open()
    await talk.turn_as("show_one", {"entry": LEAKS})
    await talk.turn_as("register_interest")

    for said in ("Stop Oy", skip, "Anna Andersson", f"{language}@stop.fi", skip, "1", skip, skip, done, "1"):
        await talk.say(said)

    assert f"{language}@stop.fi" in await talk.say(send)


async def test_goes_on_after_rasa_was_killed(guide: Guide) -> None:
    """When Rasa dies in the middle of a form, the company answers the same question again and goes on."""
    talk = Talk(guide)
    await talk.open()
    await _open_form(talk, LEAKS)
    await talk.say("Stopp 12 AB")
    assert guide.rasa is not None
    before = guide.rasa.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    await guide.rasa.until_running(other_than=before)

    assert "(3/10)" in await talk.say("hoppa över")
    with guide.database.reading() as session:
        draft = session.scalars(select(DraftRow).join(ConversationRow).where(ConversationRow.external_id == talk.place)).one()
    assert draft.fields == {"company": "Stopp 12 AB", "organisation_number": None}


async def test_answer_after_rasa_has_forgotten(guide: Guide) -> None:
    """An answer that comes when Rasa's memory of the form is gone is taken, and the next question follows."""
    talk = Talk(guide)
    await talk.open()
    await _open_form(talk, LEAKS)
    await talk.say("Stopp 13 AB")
    with guide.database.reading() as session:
        conversation = session.scalars(select(ConversationRow.id).where(ConversationRow.external_id == talk.place)).one()
    guide.tracker.remove(conversation)

    assert "(3/10)" in await talk.say("556036-0793")
