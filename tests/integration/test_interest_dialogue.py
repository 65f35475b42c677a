"""The early dialogue: questions, changes of the text, followers and the log, the same for everybody."""

from pathlib import Path

import pytest

from knowledge.content_import import import_content
from knowledge.database import Database
from knowledge.dialogue import dialogue
from knowledge.digests import send_digests
from knowledge.errors import NotFoundError, RefusedError
from knowledge.exports import annex_csv, annex_markdown
from knowledge.following import MOST_CODES_TO_ADDRESS, Following
from knowledge.interest_tables import DigestItemRow, OutboxRow
from knowledge.interests import Interests
from knowledge.outbox import Outbox
from knowledge.own_interests import OwnInterests
from knowledge.ownership import Ownership
from knowledge.people import Person
from knowledge.questions import LONGEST_TEXT, Questions
from knowledge.stages import Stages
from knowledge.tables import EntryRow
from knowledge.versions import Versions
from tests.builders import challenge_fields
from tests.conftest import WriteContent
from tests.interest_world import (
    ANNA,
    ANNOUNCED,
    BO,
    CHALLENGE,
    OWNER,
    OWNER_ADDRESS,
    Clock,
    company,
    count,
    form,
    last_code,
    register,
    sent,
)

CHAT = Person("slack", "T9", "UFOLLOW")


@pytest.fixture
def ready(with_challenge: Database, clock: Clock) -> Database:
    register(Interests(with_challenge, clock), with_challenge, ANNA, form())
    return with_challenge


def test_answer_goes_to_everybody_at_the_same_moment(ready: Database, clock: Clock) -> None:
    """An answer is published, and sent at once to every registrant and every follower of the challenge, whoever asked."""
    register(Interests(ready, clock), ready, *company(2))
    Following(ready, clock).follow(CHAT, challenge=CHALLENGE)
    questions = Questions(ready, clock)
    asked = questions.ask(ANNA, CHALLENGE, "Hur många pass gäller det?")
    questions.answer(OWNER, asked, "Ungefär 40 i veckan.")

    assert ["anna@bolaget.se", "info@bolag2.se", "slack:T9:UFOLLOW"] == sorted(sent(ready, "challenge.answer"))
    assert ["Ungefär 40 i veckan."] == [each.answer for each in questions.published(CHALLENGE)]
    messages = [each for each in Outbox(ready).list() if each.kind == "challenge.answer"]
    assert len({each.due_at for each in messages}) == 1
    assert len({(each.data["asked"], each.data["answer"]) for each in messages}) == 1


def test_question_does_not_tell_who_asks(ready: Database, clock: Clock) -> None:
    """The company's name and number, its contact, addresses and phone numbers are masked, for the owner too."""
    text = "Vi på bolaget ab (556036-0793) undrar. Svara Anna Andersson, anna@bolaget.se, 070-123 45 67."
    questions = Questions(ready, clock)
    questions.ask(ANNA, CHALLENGE, text)

    expected = "Vi på [företag] ([företag]) undrar. Svara [företag], [e-post], [telefon]."
    assert [expected] == [each.text for each in questions.waiting(OWNER, CHALLENGE)]


def test_owner_may_reword_the_question(ready: Database, clock: Clock) -> None:
    """Where a question's own words would tell who asked, the owner publishes it in others."""
    questions = Questions(ready, clock)
    asked = questions.ask(ANNA, CHALLENGE, "Passar vår röda robot?")
    questions.answer(OWNER, asked, "Alla är välkomna.", asked="Passar en robot?")

    assert ["Passar en robot?"] == [each.text for each in questions.published(CHALLENGE)]
    assert [] == questions.waiting(OWNER, CHALLENGE)


def test_answered_once(ready: Database, clock: Clock) -> None:
    """A question is answered once, by the owner, and not with nothing."""
    questions = Questions(ready, clock)
    asked = questions.ask(ANNA, CHALLENGE, "Hur många?")
    with pytest.raises(RefusedError, match="role_missing"):
        questions.answer(ANNA, asked, "Femtio.")
    with pytest.raises(RefusedError, match="text_missing"):
        questions.answer(OWNER, asked, "  ")
    with pytest.raises(RefusedError, match="text_too_long"):
        questions.answer(OWNER, asked, "x" * (LONGEST_TEXT + 1))
    questions.answer(OWNER, asked, "Fyrtio.")
    with pytest.raises(RefusedError, match="already_answered"):
        questions.answer(OWNER, asked, "Femtio.")
    with pytest.raises(NotFoundError, match="no_such_question"):
        questions.answer(OWNER, 4711, "Femtio.")


def test_only_registrants_ask(ready: Database, clock: Clock) -> None:
    """Who has no confirmed interest, or has withdrawn it, asks no questions."""
    questions = Questions(ready, clock)
    with pytest.raises(RefusedError, match="not_registered"):
        questions.ask(BO, CHALLENGE, "Hur många?")
    mine = OwnInterests(ready, clock)
    mine.withdraw(ANNA, mine.of(ANNA)[0].number)
    with pytest.raises(RefusedError, match="not_registered"):
        questions.ask(ANNA, CHALLENGE, "Hur många?")


def test_lock_stops_questions_and_answers(ready: Database, clock: Clock) -> None:
    """While a procurement runs nobody asks, and a question from before is not answered outside the announcement."""
    questions = Questions(ready, clock)
    asked = questions.ask(ANNA, CHALLENGE, "Hur många?")
    Stages(ready, clock).move(OWNER, CHALLENGE, "procurement", "Annonsen är ute.", ANNOUNCED)

    with pytest.raises(RefusedError, match="interest_locked"):
        questions.ask(ANNA, CHALLENGE, "Hur många?")
    with pytest.raises(RefusedError, match="interest_locked"):
        questions.answer(OWNER, asked, "Fyrtio.")


def test_changed_text_is_a_new_version_and_is_told(ready: Database, clock: Clock) -> None:
    """A change of the text keeps what stood there, and goes to all who registered or follow, with what was changed and why."""
    Following(ready, clock).follow(CHAT, challenge=CHALLENGE, told="at_once")
    versions = Versions(ready, clock)
    old = versions.read(CHALLENGE, 1).text["goal"]
    assert versions.change(OWNER, CHALLENGE, {"goal": "Att alla pass är fyllda i tid."}, "Målet var otydligt.") == 2

    assert [old, "Att alla pass är fyllda i tid."] == [each.text["goal"] for each in versions.history(CHALLENGE)]
    assert ["anna@bolaget.se", "slack:T9:UFOLLOW"] == sorted(sent(ready, "challenge.text"))
    assert [["goal"]] == [event.data["fields"] for event in dialogue(ready, CHALLENGE)]


@pytest.mark.parametrize(
    ("texts", "why", "key"),
    [
        ({"goal": "Att alla pass är fyllda."}, " ", "reason_missing"),
        ({}, "Därför.", "text_unchanged"),
        ({"goal": "Kort"}, "Därför.", "text_unusable"),
        ({"phrasings": "x"}, "Därför.", "text_field_unknown"),
    ],
)
def test_refused_changes(ready: Database, texts: dict[str, str], why: str, key: str) -> None:
    """A change without a reason, without a difference or with a text that breaks the schema is refused."""
    with pytest.raises(RefusedError, match=key):
        Versions(ready).change(OWNER, CHALLENGE, texts, why)

    assert len(Versions(ready).history(CHALLENGE)) == 1


def test_imported_change_is_told_too(ready: Database, content_folder: WriteContent) -> None:
    """A text that an import changes is a new version and is told like any other; new phrasings and dates are not."""
    folder: Path = content_folder(challenge_fields(checked="2026-11-25"))
    with ready.transaction() as session:  # as if it had been imported, and not edited here
        row = session.get_one(EntryRow, CHALLENGE)
        row.imported_hash = row.hash
    import_content(ready, folder, "redaktion")
    assert [] == sent(ready, "challenge.text")

    import_content(ready, content_folder(challenge_fields(goal="Så vill vi ha det i stället.")), "redaktion")
    assert ["anna@bolaget.se"] == sent(ready, "challenge.text")
    assert len(Versions(ready).history(CHALLENGE)) == 2


def test_imported_challenge_is_news_in_its_area(database: Database, content_folder: WriteContent) -> None:
    """Those who follow an area hear of a challenge that an import brings, once."""
    Following(database).follow(CHAT, area="aldreomsorg", told="at_once")
    for _ in range(2):
        import_content(database, content_folder(challenge_fields()), "redaktion")

    assert ["slack:T9:UFOLLOW"] == sent(database, "challenge.new")


def test_news_comes_once_a_day_by_default(ready: Database, clock: Clock) -> None:
    """A follower gets the day's news in one message, with a way to unfollow each, and nobody gets two in a day."""
    Following(ready, clock).follow(CHAT, challenge=CHALLENGE)
    for goal in ("Att alla pass är fyllda.", "Att inga pass står tomma."):
        Versions(ready, clock).change(OWNER, CHALLENGE, {"goal": goal}, "Målet var otydligt.")

    assert ["slack:T9:UFOLLOW"] * 2 == sent(ready, "challenge.text", DigestItemRow)
    assert send_digests(ready, clock) == 1
    Stages(ready, clock).move(OWNER, CHALLENGE, "parked", "Vi väntar.")
    assert send_digests(ready, clock) == 0
    clock.move(days=1)
    assert send_digests(ready, clock) == 1

    digests = [each.data["items"] for each in Outbox(ready).list() if each.kind == "digest"]
    assert [["challenge.stage"], ["challenge.text", "challenge.text"]] == [[item["kind"] for item in items] for items in digests]
    assert all(item["unfollow"] for items in digests for item in items)
    assert count(ready, DigestItemRow) == 0


def test_follow_by_mail_is_confirmed(ready: Database, clock: Clock) -> None:
    """Nothing but a code goes to an address until the code has come back; one code confirms all that waits for it."""
    following = Following(ready, clock)
    assert not following.follow(BO, challenge=CHALLENGE, email="bo@annat.se", told="at_once").confirmed
    following.follow(BO, area="aldreomsorg", email="bo@annat.se")
    Stages(ready, clock).move(OWNER, CHALLENGE, "parked", "Vi väntar.")
    with pytest.raises(RefusedError, match="code_wrong"):
        following.confirm(BO, "x")

    assert ["bo@annat.se"] == sent(ready, "follow.code")
    assert "bo@annat.se" not in sent(ready, "challenge.stage")
    assert [True, True] == [each.confirmed for each in following.confirm(BO, last_code(ready, "bo@annat.se"))]
    with pytest.raises(NotFoundError, match="nothing_to_confirm"):
        following.confirm(BO, "123456")


def test_code_for_following_is_sent_again(ready: Database, clock: Clock) -> None:
    """A new code replaces the one before; with nothing waiting there is none to send."""
    following = Following(ready, clock)
    with pytest.raises(NotFoundError, match="nothing_to_confirm"):
        following.send_code_again(BO)
    following.follow(BO, challenge=CHALLENGE, email="bo@annat.se")
    first = last_code(ready, "bo@annat.se")
    following.send_code_again(BO)
    second = last_code(ready, "bo@annat.se")

    assert 2 == len(sent(ready, "follow.code"))
    if first != second:
        with pytest.raises(RefusedError, match="code_wrong"):
            following.confirm(BO, first)
    assert [True] == [each.confirmed for each in following.confirm(BO, second)]


def test_confirmed_address_needs_no_second_code(ready: Database, clock: Clock) -> None:
    """A person who has confirmed an address with a registration follows with it at once."""
    assert Following(ready, clock).follow(ANNA, challenge=CHALLENGE, email="anna@bolaget.se").confirmed


def test_registrant_who_follows_hears_once(ready: Database, clock: Clock) -> None:
    """Who both registered and follows is told once."""
    following = Following(ready, clock)
    following.follow(ANNA, challenge=CHALLENGE, email="anna@bolaget.se", told="at_once")
    following.follow(ANNA, area="aldreomsorg", email="Anna@bolaget.se", told="at_once")
    Stages(ready, clock).move(OWNER, CHALLENGE, "parked", "Vi väntar.")

    assert ["anna@bolaget.se"] == sent(ready, "challenge.stage")


def test_unfollow(ready: Database, clock: Clock) -> None:
    """A person stops following one thing, or everything, or by the token in a message."""
    following = Following(ready, clock)
    for _ in range(2):
        following.follow(CHAT, challenge=CHALLENGE, told="at_once")
    following.follow(CHAT, area="aldreomsorg")
    assert len(following.of(CHAT)) == 2
    assert following.unfollow(CHAT, area="aldreomsorg") == 1
    Stages(ready, clock).move(OWNER, CHALLENGE, "parked", "Vi väntar.")
    token = next(each.data["unfollow"] for each in Outbox(ready).list() if each.recipient == CHAT.address)

    assert following.unfollow_by(token, "web").challenge == CHALLENGE
    with pytest.raises(NotFoundError, match="not_followed"):
        following.unfollow_by(token, "web")
    assert (0, []) == (following.unfollow(CHAT), following.of(CHAT))


def test_refused_follows(ready: Database, clock: Clock) -> None:
    """One thing is followed at a time, it must exist, and a browser's session needs an address."""
    following = Following(ready, clock)
    with pytest.raises(RefusedError, match="follow_one_thing"):
        following.follow(CHAT)
    with pytest.raises(NotFoundError, match="no_such_challenge"):
        following.follow(CHAT, challenge="ingen-sådan")
    with pytest.raises(NotFoundError, match="no_such_area"):
        following.follow(CHAT, area="ingen-sådan")
    with pytest.raises(RefusedError, match="email_missing"):
        following.follow(BO, challenge=CHALLENGE)
    for number in range(MOST_CODES_TO_ADDRESS):
        following.follow(Person("web", "-", f"x{number}"), challenge=CHALLENGE, email="bo@annat.se")
    with pytest.raises(RefusedError, match="too_many_codes_to_address"):
        following.follow(BO, challenge=CHALLENGE, email="bo@annat.se")


def test_annex(ready: Database, clock: Clock) -> None:
    """The log is exported with every public event and answer, and names neither company nor contact."""
    Ownership(ready, clock).tell_at(OWNER, CHALLENGE, OWNER_ADDRESS)
    questions = Questions(ready, clock)
    questions.answer(OWNER, questions.ask(ANNA, CHALLENGE, "Hur många *pass*?"), "Fyrtio.\n=1+1")
    number = OwnInterests(ready, clock).of(ANNA)[0].number
    Ownership(ready, clock).record_contact(OWNER, number, "Ringde Anna på 070-123 45 67.")
    Stages(ready, clock).move(OWNER, CHALLENGE, "procurement", "=Annonsen är ute.", ANNOUNCED)
    public = dialogue(ready, CHALLENGE)
    markdown = annex_markdown("Vikarier", public, questions.published(CHALLENGE))
    table = annex_csv(public)

    assert ["answer", "stage"] == [event.kind for event in public]
    assert ["question", "answer", "contact", "stage"] == [event.kind for event in dialogue(ready, CHALLENGE, internal=True)]
    assert "### 1. Hur många \\*pass\\*?\n\n> Fyrtio.\n> =1+1" in markdown
    assert "Annonsen är ute" in table
    for text in (markdown, table):
        assert "Bolaget" not in text
        assert number not in text
    assert ["Ringde Anna på [telefon]."] == [
        event.data["note"] for event in dialogue(ready, CHALLENGE, internal=True) if event.kind == "contact"
    ]
    assert count(ready, OutboxRow, kind="owner.question") == 1
