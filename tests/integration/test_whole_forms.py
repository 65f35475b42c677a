"""Forms that come in whole: the same rules, the same receipt and the same refusals as in the conversation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from bot.replies import Choice, Notice, Reply
from bot.services import Services
from bot.settings import Settings
from bot.texts import sentences
from bot.whole_forms import Asked, WholeForm, open_form, opens, send_form
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.contribution_tables import ContributionRow
from knowledge.contributions import Contributions
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.interest_tables import InterestFormRow, InterestRow, OutboxRow
from knowledge.notices import NOTICES
from knowledge.people import Person
from knowledge.review import Review
from knowledge.stages import Stages
from tests.interest_world import ANNOUNCED, CHALLENGE, OWNER, REVIEWER, count, last_code

ANNA = Person("slack", "T1", "UANNA")
INTEREST = Choice(label="Anmäl intresse", intent="register_interest", entities={"entry": CHALLENGE})
PROPOSE = Choice(label="Föreslå en utmaning", intent="propose")
SHARE = Choice(label="Dela en lösning", intent="share_solution", entities={"entry": CHALLENGE})
FILLED = {
    "company": "Bolaget AB",
    "organisation_number": "556036-0793",
    "contact": "Anna Andersson",
    "email": "anna@bolaget.se",
    "phone": "",
    "kind": "existing",
    "message": "Vi har ett system som gör detta.",
    "reference": "",
    "secrecy": "E-post: vi har hotats och byter ofta adress",
    "notify": "yes",
}
NEED = {"today": "Ingen svarar i växeln när det regnar.", "often": "Varje vecka", "title": ""}


@pytest.fixture
def services(with_challenge: Database, tmp_path: Path) -> Services:
    return Services.over(Settings(home=tmp_path, database_url=""), with_challenge, cast("Search", None), cast("AreaFinder", None))


def asked(services: Services, person: Person = ANNA, language: str = "sv") -> Asked:
    conversation = Conversations(services.database).find(person.channel, person.tenant, f"D-{person.external_id}", language)
    return Asked(person, conversation.id, language, "slack", "Höörs kommun")


async def opened(services: Services, choice: Choice, person: Person = ANNA) -> WholeForm:
    form = await open_form(services, asked(services, person), choice)
    assert isinstance(form, WholeForm)
    return form


async def refused(services: Services, choice: Choice, person: Person = ANNA) -> str:
    reply = await open_form(services, asked(services, person), choice)
    assert isinstance(reply, Reply)
    return reply.fallback


async def sent(services: Services, form: WholeForm, values: Mapping[str, str], person: Person = ANNA) -> Reply:
    reply = await send_form(services, asked(services, person), form.name, form.about, values)
    assert isinstance(reply, Reply), reply
    return reply


async def wrong(services: Services, form: WholeForm, values: Mapping[str, str], person: Person = ANNA) -> dict[str, str]:
    faults = await send_form(services, asked(services, person), form.name, form.about, values)
    assert isinstance(faults, dict)
    return faults


def stored(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        return session.scalars(select(InterestFormRow)).one().fields


def test_interest_in_which() -> None:
    """A choice that does not say in which challenge opens no form: the conversation asks."""
    assert (None, "interest") == (opens(INTEREST.model_copy(update={"entities": {}})), opens(INTEREST))


async def test_interest_notices_come_first(services: Services) -> None:
    """The form of interest begins with every legal notice, asks for what the conversation asks for, and fits where it is shown."""
    form = await opened(services, INTEREST)

    assert "Ingen kan hoppa in" in form.intro[0]
    assert [sentences("sv")[f"notice.{name}"].split(". ")[0] for name in NOTICES] == [part.split(". ")[0] for part in form.intro[1:4]]
    assert list(FILLED) == [field.name for field in form.fields]
    assert ["company", "contact", "email", "kind", "notify"] == [field.name for field in form.fields if field.required]


@pytest.mark.parametrize("choice", [INTEREST, PROPOSE, SHARE])
@pytest.mark.parametrize("language", ["sv", "en", "fi"])
async def test_fits(services: Services, choice: Choice, language: str) -> None:
    """Title, button, labels and hints are as short as every channel needs them, in every language."""
    form = await open_form(services, asked(services, language=language), choice)
    assert isinstance(form, WholeForm)

    assert max(len(form.title), len(form.submit)) <= 24
    assert max(len(field.label) for field in form.fields) <= 75
    assert max(len(field.hint) for field in form.fields) <= 150
    assert max(len(part) for part in form.intro) <= 3000


async def test_interest_is_registered(services: Services) -> None:
    """A form sent whole is a registration like any other: clean, with its notices, its request for secrecy, and a code to bring back."""
    form = await opened(services, INTEREST)
    reply = await sent(services, form, FILLED)
    number = reply.asks.partition(":")[2]
    registration = services.interests.confirm(ANNA, number, last_code(services.database, "anna@bolaget.se"))

    assert (True, True) == (reply.asks.startswith("code:20"), registration.confirmed)
    fields = stored(services.database)
    assert ("5560360793", True) == (fields["organisation_number"], fields["notify"])
    assert {"email": "vi har hotats och byter ofta adress"} == fields["secrecy"]


async def test_interest_sent_twice(services: Services) -> None:
    """A double click makes one registration with one code, and is answered the same."""
    form = await opened(services, INTEREST)
    first, second = await sent(services, form, FILLED), await sent(services, form, FILLED)

    assert first == second
    assert (1, 1) == (count(services.database, InterestRow), count(services.database, OutboxRow, kind="interest.code"))


async def test_interest_faults(services: Services) -> None:
    """What is wrong is told field by field in the sentences of the conversation, all at once, and nothing is registered."""
    form = await opened(services, INTEREST)
    faults = await wrong(services, form, FILLED | {"email": "anna", "company": "", "notify": "", "secrecy": "allt är hemligt"})

    assert {"email", "company", "notify", "secrecy"} == set(faults)
    assert "E-postadressen går inte att använda. Skriv den som namn@företag.se." == faults["email"]
    assert "allt är hemligt" in faults["secrecy"]
    assert count(services.database, InterestRow) == 0


async def test_secrecy_needs_its_harm(services: Services) -> None:
    """A request for secrecy without the harm is refused, as in the conversation."""
    form = await opened(services, INTEREST)

    assert "vilken skada" in (await wrong(services, form, FILLED | {"secrecy": "telefon:"}))["secrecy"]


async def test_interest_again_is_an_update(services: Services) -> None:
    """Who has registered before gets the form filled in."""
    number = (await sent(services, await opened(services, INTEREST), FILLED)).asks.partition(":")[2]
    services.interests.confirm(ANNA, number, last_code(services.database, "anna@bolaget.se"))
    form = await opened(services, INTEREST)
    values = {field.name: field.value for field in form.fields}
    reply = await sent(services, form, values | {"message": "Nu bättre."})

    assert ("Bolaget AB", "yes", FILLED["secrecy"]) == (values["company"], values["notify"], values["secrecy"])
    assert f"Anmälan {number} är uppdaterad" in reply.fallback


async def test_interest_locked(services: Services) -> None:
    """While a procurement runs no form opens, and one that was open already is refused; the announcement is named."""
    form = await opened(services, INTEREST)
    Stages(services.database).move(OWNER, CHALLENGE, "procurement", "Annonsen är ute.", ANNOUNCED)

    assert "https://example.org/annons/1" in await refused(services, INTEREST)
    assert "https://example.org/annons/1" in (await sent(services, form, FILLED)).fallback
    assert count(services.database, InterestRow) == 0


async def test_proposal(services: Services) -> None:
    """A challenge written whole waits for review; sent again it is the same, and answered the same."""
    form = await opened(services, PROPOSE)
    first, second = await sent(services, form, NEED), await sent(services, form, NEED)

    assert first == second
    assert "väntar nu på granskning" in first.fallback
    [contribution] = Contributions(services.database).of(ANNA)
    assert ("in_review", "Varje vecka") == (contribution.state, contribution.fields["often"])


async def test_proposal_changed_after_it_was_sent(services: Services) -> None:
    """Other words from a form that still stood open change nothing, and it is said so."""
    form = await opened(services, PROPOSE)
    await sent(services, form, NEED)
    again = await sent(services, form, NEED | {"often": "Varje dag"})

    [contribution] = Contributions(services.database).of(ANNA)
    assert (True, "Varje vecka") == ("redan skickat" in again.fallback, contribution.fields["often"])


async def test_proposal_faults(services: Services) -> None:
    """An answer that is missing or cannot be used is told beside its field, and nothing is sent."""
    form = await opened(services, PROPOSE)

    assert {"today", "title"} == set(await wrong(services, form, {"today": "Kort", "title": "x"}))
    assert count(services.database, ContributionRow, state="in_review") == 0


async def test_opened_twice_is_one_draft(services: Services) -> None:
    """Opening a form again goes on with the same draft."""
    first, second = await opened(services, PROPOSE), await opened(services, PROPOSE)

    assert (first.about, 1) == (second.about, count(services.database, ContributionRow))


async def test_solution_knows_its_challenge(services: Services) -> None:
    """A solution that is shared from a challenge answers it; what has ended needs its lessons."""
    form = await opened(services, SHARE)
    values = {"what": "Vi skickar ut lediga pass.", "stage": "ended"}

    assert ["lessons"] == list(await wrong(services, form, values))
    await sent(services, form, values | {"lessons": "Börja i liten skala."})
    assert CHALLENGE == Contributions(services.database).of(ANNA)[0].fields["challenge"]


async def test_somebody_elses(services: Services) -> None:
    """Nobody sends what another person has begun."""
    form = await opened(services, PROPOSE)
    reply = await sent(services, form, NEED, Person("slack", "T1", "UBO"))

    assert isinstance(reply.elements[0], Notice)
    assert count(services.database, ContributionRow, state="draft") == 1


def to_review(services: Services) -> Choice:
    [contribution] = Contributions(services.database).of(ANNA)
    return Choice(label="Granska", intent="review_one", entities={"value": str(contribution.id)})


async def test_review_returns(services: Services) -> None:
    """A reviewer sends a contribution back with a comment, which is needed; the second of two reviewers is told so."""
    await sent(services, await opened(services, PROPOSE), NEED)
    form = await opened(services, to_review(services), REVIEWER)

    assert ["comment"] == list(await wrong(services, form, {"decision": "return"}, REVIEWER))
    reply = await sent(services, form, {"decision": "return", "comment": "Vem drabbas?"}, REVIEWER)
    late = await sent(services, form, {"decision": "reject", "comment": "Nej."}, REVIEWER)
    assert "är tillbaka hos den som har bidragit" in reply.fallback
    assert "har ändrats sedan du läste det" in late.fallback
    assert "Vem drabbas?" in " ".join((await opened(services, PROPOSE)).intro)


async def test_review_shows_the_entry(services: Services) -> None:
    """The form shows what would be published and what is missing; publishing what is incomplete is refused beside the decision."""
    await sent(services, await opened(services, PROPOSE), NEED)
    form = await opened(services, to_review(services), REVIEWER)

    assert "Ingen svarar i växeln när det regnar." in " ".join(form.intro)
    assert "decision" in await wrong(services, form, {"decision": "approve", "next_update_by": "2027-03-01"}, REVIEWER)
    assert "next_update_by" in await wrong(services, form, {"decision": "approve", "next_update_by": "snart"}, REVIEWER)
    assert "decision" in await wrong(services, form, {}, REVIEWER)


async def test_review_is_in_words_of_people(services: Services) -> None:
    """The form names an area as it is called, and tells in one line that there are few ways to say it."""
    await sent(services, await opened(services, PROPOSE), NEED)
    number, revision = (await opened(services, to_review(services), REVIEWER)).about.split(":")
    Review(services.database).edit(REVIEWER, int(number), int(revision), {"area": "service-kommunikation"})
    form = await opened(services, to_review(services), REVIEWER)

    told = " ".join(form.intro)
    assert "Område: Medborgarservice och kommunikation" in told
    assert 1 == told.count("Fler sätt att säga det gör den lättare att hitta")
    assert "phrasings" not in told


async def test_review_is_for_reviewers(services: Services) -> None:
    """Who has no role, or wrote it, gets no form."""
    await sent(services, await opened(services, PROPOSE), NEED)

    assert "reviewer" in await refused(services, to_review(services))
    assert "Det finns inget bidrag" in await refused(services, Choice(label="x", intent="review_one", entities={"value": "x"}), REVIEWER)
