"""The messages that the domain writes, rendered as they would be sent: each to its reader, and nothing of anybody else."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.messages import PARTS, render
from bot.settings import Settings
from knowledge.database import Database
from knowledge.digests import send_digests
from knowledge.following import Following
from knowledge.interest_tables import OutboxRow
from knowledge.interests import Interests
from knowledge.own_interests import OwnInterests
from knowledge.ownership import Ownership
from knowledge.questions import Questions
from knowledge.stages import Facts, Stages
from knowledge.versions import Versions
from tests.interest_world import (
    ANNA,
    ANNOUNCED,
    BO,
    CHALLENGE,
    CONCLUDED,
    OWNER,
    OWNER_ADDRESS,
    PROMISED,
    REVIEWER,
    Clock,
    add_challenge,
    form,
    grant_roles,
    last_code,
    register,
)

# Names, addresses and numbers of the two companies; neither may stand in what the other or a follower gets.
ANNAS = ("Bolaget AB", "5560360793", "Anna Andersson", "anna@bolaget.se", "0701234567", "ett system som gör detta")
BOS = ("Andra bolaget", "2021006222", "Bo Berg", "bo@annat.se")
FOLLOWER = "nyfiken@annan.se"
EARLY_DIALOGUE = ("interest.", "challenge.", "owner.", "follow.")


@pytest.fixture
def lived(database: Database, clock: Clock) -> Database:
    """A challenge that has lived from review to outcome, with two companies, a follower and an owner."""
    grant_roles(database)
    add_challenge(database, stage="in_review")
    following, interests, stages, owned = (
        Following(database, clock),
        Interests(database, clock),
        Stages(database, clock),
        Ownership(database, clock),
    )
    owned.tell_at(OWNER, CHALLENGE, OWNER_ADDRESS)
    following.follow(BO, area="aldreomsorg", email=FOLLOWER, told="at_once", language="en")
    following.confirm(BO, last_code(database, FOLLOWER))
    stages.move(REVIEWER, CHALLENGE, "published", "Granskad", PROMISED)
    number = register(interests, database, ANNA, form()).number
    bo = form(company=BOS[0], organisation_number=BOS[1], contact=BOS[2], email=BOS[3])
    register(interests, database, BO, bo)
    register(interests, database, ANNA, form(message="Nu kan vi mer."))
    question = Questions(database, clock).ask(ANNA, CHALLENGE, "Vi på Bolaget AB undrar: hur många pass? Ring 070-123 45 67.")
    Questions(database, clock).answer(OWNER, question, "Omkring sjuttio.")
    Versions(database, clock).change(OWNER, CHALLENGE, {"goal": "Ingen ska behöva ringa runt."}, "Tydligare")
    clock.move(days=100)
    owned.nudge()
    stages.move(OWNER, CHALLENGE, "pilot", "Vi provar", Facts(next_update_by=clock().date().replace(year=2027, month=12)))
    stages.move(OWNER, CHALLENGE, "procurement", "Vi köper", ANNOUNCED)
    OwnInterests(database, clock).withdraw(ANNA, number)
    stages.move(OWNER, CHALLENGE, "closed", "Klart", CONCLUDED)
    send_digests(database, clock)
    return database


def mails(database: Database) -> list[tuple[str, str, str]]:
    """Return the kind, the recipient and the whole text of every message."""
    settings = Settings(home=Path("var"))
    found = []
    with database.reading() as session:
        for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id)):
            message = render(settings, row.kind, row.data)
            found.append((row.kind, row.recipient.removeprefix("mailto:"), f"{message.subject}\n{message.body}"))
    return found


def test_every_kind_is_written_and_rendered(lived: Database) -> None:
    """The life of one challenge brings every kind of message of the early dialogue, and each can be rendered as it was written."""
    assert {kind for kind in PARTS if kind.startswith(EARLY_DIALOGUE)} == {kind for kind, _, _ in mails(lived)}


def test_nobody_reads_of_anybody_else(lived: Database) -> None:
    """No message has a name, an address or a number of a company, but for the number of its own registration."""
    for kind, recipient, message in mails(lived):
        told = [word for word in (*ANNAS, *BOS, FOLLOWER) if word in message]
        assert [] == told, (kind, recipient, told)


def test_question_is_masked(lived: Database) -> None:
    """Whoever reads a question does not learn who asked."""
    asked = [message for kind, _, message in mails(lived) if kind in ("owner.question", "challenge.answer")]
    assert len(asked) == 4
    assert all("hur många pass?" in message for message in asked)
    assert not any("Bolaget AB" in message or "070" in message for message in asked)


def test_follower_can_stop(lived: Database) -> None:
    """Each message to the follower has the word that ends it, in the follower's language; no registrant's has."""
    for kind, recipient, message in mails(lived):
        if kind.startswith("challenge."):
            assert (recipient == FOLLOWER) == ("Type «unfollow " in message), (kind, recipient)
