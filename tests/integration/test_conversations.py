"""What is remembered of a conversation, and how it is forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from knowledge.conversations import Conversation, Conversations, language_of
from knowledge.database import Database
from knowledge.offers import Offers
from knowledge.people import Person
from knowledge.tables import ConversationRow, FeedbackRow, SeenEventRow, now
from knowledge.voices import Voices


def _find(database: Database, place: str = "kanal-1") -> Conversation:
    return Conversations(database).find("slack", "T1", place, "sv")


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(ConversationRow)) or 0


def _silent_for(database: Database, conversation: str, days: float) -> None:
    with database.transaction() as session:
        session.get_one(ConversationRow, conversation).active_at = now() - timedelta(days=days)


def test_find_creates_once(database: Database) -> None:
    """A place in a channel has one conversation, which is new only the first time."""
    first, second = _find(database), _find(database)

    assert (first.id, True, False, 1) == (second.id, first.is_new, second.is_new, _count(database))


def test_places_are_told_apart(database: Database) -> None:
    """Another channel, tenant or place is another conversation."""
    conversations = Conversations(database)
    places = [("slack", "T1", "a"), ("slack", "T1", "b"), ("slack", "T2", "a"), ("teams", "T1", "a")]

    assert 4 == len({conversations.find(*place, "sv").id for place in places})


def test_find_by_several_at_once(database: Database) -> None:
    """Several who find the same place at once get the same conversation, and it is new to one of them."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: _find(database), range(8)))

    assert (1, 1, 1) == (len({each.id for each in found}), sum(each.is_new for each in found), _count(database))


def test_remembers(database: Database) -> None:
    """Language, organisation and the choices of the last answer are there the next time."""
    conversations = Conversations(database)
    found = _find(database)
    choices = [{"label": "Hjälp", "intent": "help", "entities": {}}]
    conversations.offer(found.id, choices)
    conversations.speak(found.id, "fi")
    conversations.belong(found.id, "Höörs kommun")

    assert Conversation(found.id, "fi", "Höörs kommun", is_new=False, choices=choices) == _find(database)


def test_begins_in_the_language_asked_for(database: Database) -> None:
    """A new conversation has the language it is begun in, no organisation and no choices."""
    found = Conversations(database).find("web", "-", "besökare", "en")

    assert ("en", "", []) == (found.language, found.organisation, found.choices)


def test_language_of_a_person(database: Database) -> None:
    """A person's language is that of the conversation they were last in: one in their name, or one where something was offered to them."""
    person, colleague = Person("slack", "T1", "U1"), Person("slack", "T1", "U2")
    for place, who, language, days in (("U1", None, "sv", 2), ("D1", person, "en", 1), ("D2", colleague, "fi", 0)):
        found = Conversations(database).find("slack", "T1", place, language)
        if who:
            Offers(database).keep(found.id, who, {f"i-{place}": {}})
        _silent_for(database, found.id, days)
    nobody = [Person("slack", "T2", "U1"), Person("teams", "T1", "U1"), Person("slack", "T1", "U3")]
    with database.reading() as session:
        spoken = [language_of(session, each) for each in (person, colleague, *nobody)]

    assert ["en", "fi", "sv", "sv", "sv"] == spoken


def test_event_seen_twice(database: Database) -> None:
    """A second delivery of an event is known, another event is not."""
    conversations = Conversations(database)

    assert [True, False, True] == [conversations.is_new_event(event) for event in ("slack:1", "slack:1", "slack:2")]


def test_event_seen_by_several_at_once(database: Database) -> None:
    """An event that is delivered to several at once is new to one of them."""
    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(lambda _: Conversations(database).is_new_event("slack:1"), range(8)))

    assert 1 == sum(new)


def test_old_events_are_forgotten(database: Database) -> None:
    """Events are remembered for a day."""
    conversations = Conversations(database)
    conversations.is_new_event("gammal")
    with database.transaction() as session:
        session.get_one(SeenEventRow, "gammal").received_at = now() - timedelta(days=1, minutes=1)
    conversations.is_new_event("ny")
    with database.reading() as session:
        kept = list(session.scalars(select(SeenEventRow.id)))

    assert ["ny"] == kept


def test_remove_keeps_feedback_without_its_origin(database: Database) -> None:
    """A removed conversation is gone, and feedback given in it stays without telling where it came from."""
    found, other = _find(database), _find(database, "kanal-2")
    number = Voices(database).feedback(found.id, "vikarier", ["a"], useful=True)
    Conversations(database).remove(found.id)
    with database.reading() as session:
        row = session.get_one(FeedbackRow, number)
        left = list(session.scalars(select(ConversationRow.id)))

    assert (None, "vikarier", [other.id]) == (row.conversation_id, row.question, left)


def test_removed_conversation_begins_anew(database: Database) -> None:
    """Who comes back after removing a conversation is new, and what is said to a removed one changes nothing."""
    conversations = Conversations(database)
    found = _find(database)
    conversations.remove(found.id)
    conversations.speak(found.id, "fi")
    again = _find(database)

    assert (True, True, "sv") == (again.is_new, again.id != found.id, again.language)


def test_idle_conversations(database: Database) -> None:
    """Conversations in which nothing was said for that many days are found, and being found by its place wakes one up."""
    silent, woken, _fresh = (_find(database, place) for place in ("a", "b", "c"))
    _silent_for(database, silent.id, 21.1)
    _silent_for(database, woken.id, 21.1)
    _find(database, "b")

    assert [silent.id] == Conversations(database).idle_since(21)


def test_asked_until_the_next_answer(database: Database) -> None:
    """What a form asked for is remembered until the next answer to the person asks for something else, or nothing."""
    conversations = Conversations(database)
    found = _find(database)
    conversations.offer(found.id, [], "interest.email")
    asked = _find(database).asked
    conversations.offer(found.id, [])

    assert ("interest.email", "") == (asked, _find(database).asked)


def test_words_are_taken_once(database: Database) -> None:
    """The words that answer a form are handed over once, and are gone when the turn is over whether they were taken or not."""
    conversations = Conversations(database)
    found = _find(database)
    conversations.offer(found.id, [], "interest.email")
    conversations.hear(found.id, "anna@bolaget.se")
    taken = [conversations.take(found.id) for _ in range(2)]
    conversations.hear(found.id, "anna@bolaget.se")
    conversations.offer(found.id, [], "interest.phone")

    assert [("interest.email", "anna@bolaget.se"), ("interest.email", None)] == taken
    assert ("interest.phone", None) == conversations.take(found.id)


def test_private_answers_are_kept_for_the_turn(database: Database) -> None:
    """Answers with a person's own data are numbered in their order, and gone when the turn is over."""
    conversations = Conversations(database)
    found = _find(database)
    numbers = [conversations.say_privately(found.id, {"elements": [name]}) for name in ("a", "b")]
    kept = conversations.private(found.id)
    conversations.offer(found.id, [])

    assert ([0, 1], [{"elements": ["a"]}, {"elements": ["b"]}], []) == (numbers, kept, conversations.private(found.id))


def test_nothing_is_kept_of_a_conversation_that_is_gone(database: Database) -> None:
    """A conversation that was removed in the middle of a turn keeps no words, and the turn goes on."""
    conversations = Conversations(database)
    conversations.hear("borta", "anna@bolaget.se")

    assert (("", None), 0, []) == (conversations.take("borta"), conversations.say_privately("borta", {}), conversations.private("borta"))
