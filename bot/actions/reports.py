"""Say that something in an entry is not right; whoever reviews it answers."""

import asyncio

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import Slots
from bot.actions.meant import challenge_meant
from bot.actions.told import ToldForm, utter
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import entry_titles, reply
from bot.asking import NOTHING, REPORT
from bot.replies import Choice, Notice, Text
from bot.services import Services
from knowledge.errors import NotFoundError, RefusedError

_NO_FORM: dict[str, None] = dict.fromkeys(("report_about", "report_answer"))
_REFUSED = "refused"
_TEXT = REPORT + "text"


async def report_wrong(services: Services, turn: Turn) -> Outcome:
    """Find out which entry is meant, before the form asks what is wrong with it."""
    meant = turn.entities.get("entry") or turn.slot("on_screen") or challenge_meant(turn)
    if meant:
        return Outcome(remember={"report_about": meant, "report_answer": None})
    shown = await asyncio.to_thread(services.catalogue.get, turn.shown)
    if not shown:
        return Outcome([reply(Text(text=turn.say("reporting.nothing_shown")), choices=turn.offer("browse_open"))], dict(_NO_FORM))
    choices = [Choice(label=each.entry.title_in(turn.language), intent="report_wrong", entities={"entry": each.entry.id}) for each in shown]
    return Outcome([reply(Text(text=turn.say("reporting.which")), choices=[*choices, *turn.offer("cancel")])], dict(_NO_FORM))


async def ask_text(services: Services, turn: Turn) -> Outcome:
    """Ask what is not right, and say who answers and where."""
    found = await asyncio.to_thread(services.catalogue.get, [turn.slot("report_about")])
    title = found[0].entry.title_in(turn.language) if found else turn.slot("report_about")
    where = turn.say("reporting.answer_here" if turn.channel in ("slack", "teams") else "reporting.answer_when_back")
    text = turn.say("reporting.ask", title=title, where=where)
    return Outcome([reply(Text(text=text), choices=turn.offer("cancel"), asks=_TEXT)])


async def reported(services: Services, turn: Turn) -> Outcome:
    """Say that the report has been taken; one that was refused has been spoken of already."""
    number = turn.slot("report_answer")
    if not number or number == _REFUSED:
        return Outcome(remember=dict(_NO_FORM))
    found = await asyncio.to_thread(services.catalogue.get, [turn.slot("report_about")])
    choices = [*entry_titles(turn.say, found), *turn.offer("my_contributions", "start_over")]
    return Outcome([reply(Notice(level="success", text=turn.say("reporting.taken", number=number)), choices=choices)], dict(_NO_FORM))


class ReportForm(ToldForm):
    """Asks what is not right in an entry."""

    form = "report_form"
    about = "report_about"

    async def extract_report_answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Take the report; the slot gets its number."""
        turn = Turn.of(tracker)
        if (answer := await self.told(turn, tracker, "report_answer", REPORT)) is None:
            return {}
        text = "" if answer[1] == NOTHING else answer[1]
        try:
            number = await asyncio.to_thread(self.services.reports.report, turn.person, turn.slot("report_about"), text, turn.language)
        except RefusedError as error:
            utter(dispatcher, refusal(turn, error))
            return {"report_answer": None}
        except NotFoundError as error:
            utter(dispatcher, refusal(turn, error))
            return {"report_answer": _REFUSED}
        return {"report_answer": str(number)}


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_report_wrong": report_wrong,
    "action_ask_report_answer": ask_text,
    "action_reported": reported,
}
