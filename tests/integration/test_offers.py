"""Buttons carry ids that say nothing: what one stands for, for whom, and what happens when it is gone."""

from pathlib import Path
from typing import Any

import pytest

from bot.interaction import Channel, Interaction
from bot.replies import Choice, Reply, Text
from knowledge.contribution_tables import OfferRow
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.offers import Offers
from knowledge.people import Person
from tests.interest_world import count
from tests.rasa_server import FakeRasa, dialogue_with

MORE = Choice(label="Mer om 1", intent="show_one", entities={"entry": "vikarier"})
AGAIN = Choice(label="Börja om", intent="start_over")
ANSWER = Reply(elements=(Text(text="Det här liknar det."),), choices=(MORE, AGAIN))
HEARD = {"intent": "show_one", "entities": {"entry": "vikarier"}}


def slack(text: str = "", choice: str = "", *, conversation: str = "D1", person: str = "U1") -> Interaction:
    return Interaction("slack", conversation, text, choice=choice, person=person, tenant="T1")


async def test_button_acts_as_its_choice(database: Database, tmp_path: Path) -> None:
    """A pressed button is told to Rasa as the intent and the entities that were offered, also when it is an older answer's."""
    rasa = FakeRasa(ANSWER)
    async with dialogue_with(database, tmp_path, rasa) as dialogue:
        pressed = (await dialogue.turn(slack("inga vikarier")))[-1].choices[0].id
        await dialogue.turn(slack("något annat"))
        await dialogue.turn(slack(choice=pressed))

        assert HEARD == rasa.heard[-1]
        assert MORE == await dialogue.offered(pressed)


@pytest.mark.parametrize("channel", ["slack", "teams", "web"])
async def test_ids_where_there_are_buttons(sqlite_database: Database, tmp_path: Path, channel: Channel) -> None:
    """Every choice has an id of its own, new in every turn, which tells nothing of the choice."""
    async with dialogue_with(sqlite_database, tmp_path, FakeRasa(ANSWER)) as dialogue:
        replies = [*await dialogue.turn(Interaction(channel, "here", "hej")), *await dialogue.turn(Interaction(channel, "here", "hej"))]

        ids = [choice.id for reply in replies for choice in reply.choices]
        assert (4, True) == (len(set(ids)), all(16 <= len(each) <= 24 for each in ids))
        assert not any("vikarier" in each or "show" in each for each in ids)


async def test_no_ids_where_there_are_none(sqlite_database: Database, tmp_path: Path) -> None:
    """The terminal has numbers and needs no ids; nothing is stored for it."""
    async with dialogue_with(sqlite_database, tmp_path, FakeRasa(ANSWER)) as dialogue:
        replies = await dialogue.turn(Interaction("terminal", "here", "hej"))

        assert (["", ""], 0) == ([choice.id for choice in replies[-1].choices], count(sqlite_database, OfferRow))


async def test_typed_number_still_works(sqlite_database: Database, tmp_path: Path) -> None:
    """Where there are buttons, their numbers and words can be typed all the same."""
    rasa = FakeRasa(ANSWER)
    async with dialogue_with(sqlite_database, tmp_path, rasa) as dialogue:
        await dialogue.turn(slack("hej"))
        await dialogue.turn(slack("1"))
        await dialogue.turn(slack("börja om"))

        assert [HEARD, {"intent": "start_over", "entities": {}}] == rasa.heard[1:]


async def test_unknown_button(database: Database, tmp_path: Path) -> None:
    """A button that was never offered is answered kindly, with the choices of the last answer, and Rasa hears nothing of it."""
    rasa = FakeRasa(ANSWER)
    async with dialogue_with(database, tmp_path, rasa) as dialogue:
        await dialogue.turn(slack("hej"))
        [reply] = await dialogue.turn(slack(choice="nothing-known"))

        assert "Den knappen är för gammal" in reply.fallback
        assert ["Mer om 1", "Börja om"] == [choice.label for choice in reply.choices]
        assert (None, 1) == (await dialogue.offered("nothing-known"), len(rasa.heard))


@pytest.mark.parametrize("asked", [{"choice": "nothing-known"}, {"text": "9"}])
async def test_choices_there_are_now(sqlite_database: Database, tmp_path: Path, asked: dict[str, str]) -> None:
    """The choices of an earlier answer, which may have been the person's own, are shown to nobody else, wherever they are asked for."""
    async with dialogue_with(sqlite_database, tmp_path, FakeRasa(ANSWER)) as dialogue:
        await dialogue.turn(slack("hej"))
        [reply] = await dialogue.turn(slack(**asked))

        assert (["Mer om 1", "Börja om"], True) == ([choice.label for choice in reply.choices], reply.private)


async def test_unknown_button_leaves_the_question_standing(sqlite_database: Database, tmp_path: Path) -> None:
    """After a button that is too old, an answer to what was asked before is still an answer."""
    rasa = FakeRasa(Reply(elements=(Text(text="Vad heter företaget?"),), asks="interest.company"))
    async with dialogue_with(sqlite_database, tmp_path, rasa) as dialogue:
        await dialogue.turn(slack("hej"))
        await dialogue.turn(slack(choice="nothing-known"))
        await dialogue.turn(slack("Bolaget AB"))

        assert {"intent": "give_detail", "entities": {}} == rasa.heard[-1]


@pytest.mark.parametrize(("conversation", "person", "heard"), [("D1", "U2", [HEARD]), ("C9", "U1", [HEARD]), ("C9", "U2", [])])
async def test_for_whom(database: Database, tmp_path: Path, conversation: str, person: str, heard: list[dict[str, Any]]) -> None:
    """A button acts in the conversation where it was offered, or for the person whom it was offered to, and nowhere else."""
    rasa = FakeRasa(ANSWER)
    async with dialogue_with(database, tmp_path, rasa) as dialogue:
        offered = (await dialogue.turn(slack("hej")))[-1].choices[0].id
        await dialogue.turn(slack(choice=offered, conversation=conversation, person=person))

        assert heard == rasa.heard[1:]


async def test_offer_beside_the_conversation(sqlite_database: Database, tmp_path: Path) -> None:
    """Buttons of a page beside the conversation act, and leave the numbers of the last answer as they were."""
    rasa = FakeRasa(ANSWER)
    beside = Reply(elements=(Text(text="Hem"),), choices=(AGAIN,))
    async with dialogue_with(sqlite_database, tmp_path, rasa) as dialogue:
        await dialogue.turn(slack("hej"))
        page = await dialogue.offer(slack(), beside)
        await dialogue.turn(slack("1"))
        await dialogue.turn(slack(choice=page.choices[0].id))

        assert [HEARD, {"intent": "start_over", "entities": {}}] == rasa.heard[1:]


async def test_error_has_a_button_too(sqlite_database: Database, tmp_path: Path) -> None:
    """When the dialogue server does not answer, the person can press the way on."""
    async with dialogue_with(sqlite_database, tmp_path, FakeRasa(None)) as dialogue:
        [reply] = await dialogue.turn(slack("hej"))

        assert AGAIN == await dialogue.offered(reply.choices[0].id)


def test_offers_go_with_their_conversation(database: Database) -> None:
    """With a conversation all of its offers go."""
    conversation = Conversations(database).find("slack", "T1", "D1", "sv").id
    Offers(database).keep(conversation, Person("slack", "T1", "U1"), {"a" * 20: {"label": "A", "intent": "help"}})
    Conversations(database).remove(conversation)

    assert 0 == count(database, OfferRow)


async def test_answer_from_outside(database: Database, tmp_path: Path) -> None:
    """The answer to a form from outside is the last answer, so that its question can be answered; a form in the conversation is left."""
    rasa = FakeRasa(ANSWER)
    asks = Reply(elements=(Text(text="Skriv koden."),), choices=(AGAIN,), asks="code:2026-000001")
    async with dialogue_with(database, tmp_path, rasa) as dialogue:
        await dialogue.turn(slack("hej"))
        sent = Interaction("slack", "D1", person="U1", tenant="T1", event_id="view-1")
        first, second = await dialogue.answered(sent, asks), await dialogue.answered(sent, asks)
        await dialogue.turn(slack("123456"))

        assert (["Skriv koden."], []) == ([reply.fallback for reply in first], second)
        assert [{"intent": "cancel", "entities": {}}, {"intent": "enter_code", "entities": {}}] == rasa.heard[1:]
        assert 1 == len({choice.id for reply in first for choice in reply.choices} - {""})
