"""What staff contribute, from a need that nobody has described to another employee who finds it, and what can happen on the way."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import delete, select

from bot.app import Guide
from bot.tracker_store import TrackerStore, tracker_url
from index.builder import reindex
from knowledge.contribution_tables import ContributionRow, ContributionStepRow, GapRow, ReportRow
from knowledge.people import Granted, Person
from knowledge.tables import EntryRow, SameNeedRow
from tests.e2e.conftest import Talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPERATOR = Person("cli", "-", "drift")
NEED = "Vi vet aldrig vilka skridskobanor som är spolade, så folk ringer och klagar hela vintern."
ANSWERS = [
    NEED,
    "varje dag från december till mars",
    "Barn och föräldrar som åker dit i onödan",
    "hoppa över",
    "Att alla kan se vilka isbanor som går att åka på",
    "nej",
    "Ingen vet vilka skridskobanor som är spolade",
    "Sollefteå",
    "Kultur, fritid och näringsliv",
]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _as_if_nothing_had_happened(guide: Guide) -> AsyncIterator[None]:
    """Leave nothing behind: other tests read the same catalogue word for word."""
    with guide.database.reading() as session:
        before = set(session.scalars(select(EntryRow.id)))
    yield
    with guide.database.transaction() as session:
        for table in (ReportRow, GapRow, SameNeedRow, ContributionStepRow, ContributionRow):
            session.execute(delete(table))
        made = session.scalars(select(EntryRow).where(EntryRow.id.not_in(before))).all()
        for entry in made:
            entry.status = "archived"
    if made:
        reindex(guide.database, guide.encoder, guide.settings.index)
        guide.search.refresh()


async def _person(guide: Guide, name: str, *, reviewer: bool = False) -> Talk:
    """Return the opened conversation of somebody, who has the role of reviewer where that is said."""
    if reviewer:
        guide.services.people.grant(OPERATOR, Granted(Person("terminal", "-", name), "reviewer"))
    talk = Talk(guide, person=name)
    await talk.open()
    return talk


async def _propose(talk: Talk) -> str:
    """Propose the need, answer by answer; return what is said when it has been sent."""
    await talk.say("vi vill föreslå en utmaning")
    for answer in ANSWERS:
        await talk.say(answer)
    return await talk.say("skicka")


async def test_need_of_one_is_found_by_another(guide: Guide) -> None:
    """An employee proposes a need, a reviewer approves it, and another employee finds it in other words."""
    author, reviewer, other = [await _person(guide, name, reviewer=name == "granskare") for name in ("anna", "granskare", "bo")]

    sent = await _propose(author)
    queue = await reviewer.say("granskningskön")
    shown = await reviewer.choose(reviewer.choices[0].label)
    asked = await reviewer.choose("Godkänn")
    refused = await reviewer.say("snart")
    approved = await reviewer.say("2099-03-01")
    reindex(guide.database, guide.encoder, guide.settings.index)
    guide.search.refresh()
    found = await other.say("folk ringer och undrar om isbanan går att åka på")

    assert "skickat, med nummer" in sent
    assert "Ingen vet vilka skridskobanor som är spolade" in queue
    assert NEED in shown
    assert "Vilket datum" in asked
    assert "Skriv vilket datum" in refused
    assert "Godkänt och publicerat" in approved
    assert "Ingen vet vilka skridskobanor som är spolade" in found
    assert "publicerat" in await author.say("mina förslag")


async def test_returned_proposal_is_answered_and_sent_again(guide: Guide) -> None:
    """A proposal that comes back shows the reviewer's comment, takes an answer, and waits for review again."""
    author, reviewer = await _person(guide, "cecilia"), await _person(guide, "granskare2", reviewer=True)
    await _propose(author)
    await reviewer.say("granskningskön")
    await reviewer.choose(reviewer.choices[0].label)

    await reviewer.choose("Skicka tillbaka")
    returned = await reviewer.say("Skriv hur många som ringer.")
    mine = await author.say("mina förslag")
    opened = await author.choose(next(choice.label for choice in author.choices if choice.label.startswith("Svara eller ändra")))
    await author.say("svara")
    answered = await author.say("Ungefär tio om dagen.")

    assert "Skickat tillbaka" in returned
    assert "Skriv hur många som ringer." in mine
    assert "Granskaren skriver: «Skriv hur många som ringer.»" in opened
    assert "skickat, med nummer" in answered
    assert "Ungefär tio om dagen." in await reviewer.choose(await _queue(reviewer))


async def _queue(reviewer: Talk) -> str:
    """Open the queue; return the label of what has waited longest."""
    await reviewer.say("granskningskön")
    return reviewer.choices[0].label


async def test_reviewer_who_has_been_overtaken_is_told(guide: Guide) -> None:
    """Of two reviewers who have read the same text, the second hears that somebody was first, and nothing is done."""
    author = await _person(guide, "david")
    first, second = await _person(guide, "granskare3", reviewer=True), await _person(guide, "granskare4", reviewer=True)
    await _propose(author)
    await first.choose(await _queue(first))
    await second.choose(await _queue(second))

    await first.choose("Avslå")
    rejected = await first.say("Det finns redan.")
    await second.choose("Godkänn")
    late = await second.say("2099-03-01")

    assert "Avslaget" in rejected
    assert "hann före" in late
    assert "publiceras inte" in await author.say("mina förslag")


async def test_nobody_decides_on_their_own(guide: Guide) -> None:
    """The author who is a reviewer too sees the proposal, and no way to decide on it."""
    author = await _person(guide, "granskare5", reviewer=True)
    await _propose(author)

    shown = await author.choose(await _queue(author))

    assert "Ingen granskar sitt eget bidrag" in shown
    assert "Godkänn" not in [choice.label for choice in author.choices]


async def test_field_is_edited_by_its_name(guide: Guide) -> None:
    """A reviewer changes the title by saying so, and the newer text is what is decided on."""
    author, reviewer = await _person(guide, "erik"), await _person(guide, "granskare6", reviewer=True)
    await _propose(author)
    await reviewer.choose(await _queue(reviewer))

    await reviewer.say("ändra rubriken")
    changed = await reviewer.say("Spolade skridskobanor går inte att hitta")
    shown = await reviewer.choose(next(choice.label for choice in reviewer.choices if choice.label.startswith("Granska ")))

    assert "Ändrat" in changed
    assert shown.startswith("Spolade skridskobanor går inte att hitta")


async def test_proposal_goes_on_in_another_conversation(guide: Guide) -> None:
    """A proposal that is left is gone on with by the same person somewhere else, at the same question."""
    here, there = await _person(guide, "frida"), await _person(guide, "frida")
    await here.say("vi vill föreslå en utmaning")
    await here.say(NEED)
    await here.say("avbryt")

    resumed = await there.say("fortsätt förslaget")

    assert "1 av 7" in resumed
    assert "(2/7)" in resumed


async def test_question_that_found_nothing_becomes_a_proposal(guide: Guide) -> None:
    """What was asked for in vain is the first answer of the proposal, so that nobody writes it twice; and it is kept as unanswered."""
    talk = await _person(guide, "gun")
    await talk.say("hjälp mig leta")
    await talk.say("kultur")
    await talk.say("kyrkorgeln qwertz xyzzy plugh")
    answer = await talk.say("nej")

    begun = await talk.say("ja")

    assert "förslag" in answer
    assert "kyrkorgeln qwertz xyzzy plugh" in begun
    assert "(2/7)" in begun
    assert ["none"] == [each.cause for each in guide.services.gaps.waiting()]


async def test_what_is_not_right_is_reported_and_answered(guide: Guide) -> None:
    """A reader says what is not right in an entry on screen; a reviewer answers, and the reader sees the answer."""
    reader, reviewer = await _person(guide, "hanna"), await _person(guide, "granskare7", reviewer=True)
    await reader.turn_as("show_one", {"entry": "dricksvatten-lacker-osynligt"})
    asked = await reader.say("länken fungerar inte")
    taken = await reader.say("Sidan hos Kävlinge är borttagen.")
    queue = await reviewer.say("granskningskön")
    await reviewer.choose(next(choice.label for choice in reviewer.choices if "anmärkning" in choice.label))
    await reviewer.choose("Svara att det är rättat")
    answered = await reviewer.say("Tack, länken är bytt.")

    assert "Vad är det som inte stämmer" in asked
    assert "antecknat med nummer" in taken
    assert "Sidan hos Kävlinge är borttagen." in queue
    assert "Svaret är skickat" in answered
    assert "Tack, länken är bytt." in await reader.say("mina förslag")


async def test_same_need_is_counted_whatever_is_said_then(guide: Guide) -> None:
    """An organisation is counted also when something else is said instead of how the need shows, but not when it is cancelled."""
    talk = await _person(guide, "ida")
    await talk.turn_as("show_one", {"entry": "dricksvatten-lacker-osynligt"})
    await talk.say("vi har det också")
    await talk.say("Timrå")
    counted = await talk.say("vad kostade det?")
    await talk.say("börja om")
    await talk.turn_as("show_one", {"entry": "hallar-bokade-men-tomma"})
    await talk.say("vi har det också")
    cancelled = await talk.say("avbryt")

    assert "Timrå kommun är räknad" in counted
    assert "Inget är sparat" in cancelled
    assert 0 == guide.services.voices.same_needs("hallar-bokade-men-tomma")


async def test_solution_is_shared_approved_and_found(guide: Guide) -> None:
    """An employee shares a solution, chooses its challenge among the nearest, and a reviewer publishes it without any date."""
    author, reviewer = await _person(guide, "karin"), await _person(guide, "granskare8", reviewer=True)
    await author.say("dela en lösning")
    refused = await author.say("hoppa över")
    await author.say("Vi lyssnar efter läckor i vattenledningarna med mätare som sitter på brandposterna och larmar om natten.")
    nearest = [choice.label for choice in author.choices]
    await author.choose(nearest[0])
    for answer in ("i bruk", "Läckorna hittas på en dag i stället för på en månad.", "hoppa över", "Börja med de äldsta rören.", "nej"):
        await author.say(answer)
    await author.say("Mätare på brandposterna hör läckorna om natten")
    await author.say("Timrå")
    sent = await author.say("skicka")
    await reviewer.choose(await _queue(reviewer))
    approved = await reviewer.choose("Godkänn")
    shown = await reviewer.choose("Visa det som publicerades")

    assert "(1/8)" in refused
    assert "Dricksvattnet läcker ut under marken utan att vi ser var" == nearest[0]
    assert "Ingen av dem" in nearest
    assert "skickat, med nummer" in sent
    assert "Godkänt och publicerat" in approved
    assert "Mätare på brandposterna hör läckorna om natten" in shown


async def test_what_was_sent_is_withdrawn_and_a_draft_thrown_away(guide: Guide) -> None:
    """What waits for review is taken back, and a draft is removed; to cancel with a draft left is not said to have saved nothing."""
    author, reviewer = await _person(guide, "lars"), await _person(guide, "granskare9", reviewer=True)
    await _propose(author)
    await author.say("mina förslag")
    withdrawn = await author.choose(next(choice.label for choice in author.choices if choice.label.startswith("Dra tillbaka")))
    queue = await reviewer.say("granskningskön")
    await author.say("vi vill föreslå en utmaning")
    await author.say(NEED)
    await author.say("avbryt")
    kept = await author.say("avbryt")
    discarded = await author.say("kasta förslaget")
    cancelled = await author.say("avbryt")

    assert "tillbakadraget" in withdrawn
    assert "Inget väntar på granskning" in queue
    assert "påbörjade förslag är sparat" in kept
    assert "borttaget" in discarded
    assert "Inget är sparat" in cancelled


@pytest.mark.parametrize("begin", ["report", "review"])
async def test_answer_after_a_day_of_silence(guide: Guide, begin: str) -> None:
    """An answer to a report or a review that Rasa has forgotten is given back, nothing is said to be done, and there is a way on."""
    talk = await _person(guide, "granskare10", reviewer=True)
    if begin == "report":
        await talk.turn_as("show_one", {"entry": "dricksvatten-lacker-osynligt"})
        await talk.say("stämmer inte")
    else:
        await _propose(await _person(guide, "maria"))
        await talk.choose(await _queue(talk))
        await talk.choose("Skicka tillbaka")
    _forget_session(guide, talk)

    late = await talk.say("Siffran är från 2019.")

    assert "så länge sedan jag frågade" in late
    assert "«Siffran är från 2019.»" in late
    assert ("Öppna utmaningar" if begin == "report" else "Granskningskön") in [choice.label for choice in talk.choices]
    assert not guide.services.reports.of(Person("terminal", "-", "granskare10"))


def _forget_session(guide: Guide, talk: Talk) -> None:
    """Leave Rasa without a memory of the conversation, as a new session does."""
    conversation = guide.services.conversations.find("terminal", "-", talk.place, "sv")
    store = TrackerStore(tracker_url(guide.settings))
    store.remove(conversation.id)
    store.close()


async def test_more_after_the_open_challenges(guide: Guide) -> None:
    """The words that ask for more turn the page of the open challenges too."""
    talk = await _person(guide, "nils")
    first = await talk.say("öppna utmaningar")

    second = await talk.say("visa fler")

    assert "Skriv «fler»" in first
    assert "Öppna utmaningar (alla områden)" in second
    assert first.splitlines()[2] not in second


async def test_without_the_role_nothing_is_reviewed(guide: Guide) -> None:
    """Somebody without the role hears who can review and whom to ask."""
    talk = await _person(guide, "johan")

    assert "rollen granskare" in await talk.say("granskningskön")
    assert "rollen granskare" in await talk.turn_as("review_one", {"value": "1"})
