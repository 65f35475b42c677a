"""What is pressed in Teams: a choice, a form that is sent or left, an action on a message. Each is answered while Teams waits."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from bot.channels.lines import Lines
from bot.channels.talk import Talk
from bot.channels.teams.answered import Answered, with_card, with_sentence, with_task
from bot.channels.teams.elements import LARGEST, size
from bot.channels.teams.form_card import Sent, form_message, read_form, render_form, render_note
from bot.channels.teams.incoming import Incoming
from bot.channels.teams.once import Once
from bot.channels.teams.outgoing import Message, Outgoing
from bot.channels.teams.serving import Serving
from bot.replies import Notice, Reply
from bot.texts import text
from bot.whole_forms import WholeForm
from knowledge.errors import GuidenError
from knowledge.offers import new_id
from knowledge.outbox import UndeliverableError

log = logging.getLogger(__name__)

Card = dict[str, Any]
# A form again with what is wrong, the answer to it, or None when neither can be had now.
Outcome = Card | list[Reply] | None

# Teams waits some ten seconds for an answer to a press, and then sends it again.
_PATIENCE = 6.0


class Forms:
    """Answers presses, opens forms and takes them in."""

    def __init__(self, talk: Talk, outgoing: Outgoing, serving: Serving, lines: Lines, language: str) -> None:
        self._talk = talk
        self._outgoing = outgoing
        self._serving = serving
        self._lines = lines
        self._language = language
        self._once = Once()

    async def press(self, incoming: Incoming) -> Answered:
        """Answer a pressed choice: what it opens, or what is said, comes as a new message."""
        if not incoming.interaction.choice:
            return with_sentence(text(await self._serving.language_of(incoming), "teams_look.choose_first"))
        return await self._once.answer(_key(incoming), lambda: self._in_time(self._press(incoming), with_sentence))

    async def sent(self, incoming: Incoming) -> Answered:
        """Answer a form that was sent: the same form with what is wrong, or a note in its place and the answer as a new message."""
        try:
            sent = read_form(incoming.data or {})
        except ValueError:
            log.warning("Ignored a form that none of ours has sent")
            return with_sentence(text(self._language, "channel.failed"))
        # A form is answered once: a second click on its button sends the same.
        taken = replace(incoming, interaction=replace(incoming.interaction, event_id=f"form/{_sending(sent)}"))
        return await self._once.answer(_key(incoming, sent), lambda: self._guarded(self._sent(taken, sent), with_sentence))

    async def close(self, incoming: Incoming) -> Answered:
        """Answer that a form was left, by a note in its place."""
        return await self._guarded(self._close(incoming), with_sentence)

    async def make_challenge(self, incoming: Incoming) -> Answered:
        """Answer that a message is to become a challenge; all of that happens in the person's own chat."""
        return await self._in_time(self._make_challenge(incoming), with_task)

    async def _in_time(self, work: Coroutine[Any, Any, Answered], answer: Callable[[str], Answered]) -> Answered:
        """Return what some work answers, or that it takes long; it goes on then, and its message comes."""
        task = asyncio.ensure_future(self._guarded(work, answer))
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
        if done:
            return task.result()
        self._lines.start(task)
        return answer(text(self._language, "teams.wait"))

    async def _guarded(self, work: Coroutine[Any, Any, Answered], answer: Callable[[str], Answered]) -> Answered:
        try:
            return await work
        except Exception:  # the edge of a press: whatever broke, the person hears of it
            log.exception("A press in Teams failed")
            return answer(text(self._language, "channel.failed"))

    async def _press(self, incoming: Incoming) -> Answered:
        try:
            opened = await self._talk.opened(incoming.interaction)
        except GuidenError as error:
            log.error("A form could not be opened: %s", error)
            opened = None  # the conversation says what is wrong, or asks for one thing after the other
        language = await self._serving.language_of(incoming)
        if isinstance(opened, WholeForm):
            form = form_message(render_form(opened, nonce=new_id(), language=language), opened.title)
            if size(form) <= LARGEST:
                return with_sentence(await self._show(incoming, opened.title, form, language))
            log.info("A form is too large for a card, so the conversation asks instead")
            opened = None
        if opened is None:
            self._once.hold(_key(incoming), self._serving.hear(incoming))
        else:
            self._serving.tell(incoming, opened)
        return with_sentence(await self._announced(incoming, language))

    async def _show(self, incoming: Incoming, title: str, form: Message, language: str) -> str:
        """Let a form come as a message for the person alone; return what is said where it was asked for."""
        try:
            place = await self._outgoing.own(incoming.place)
        except GuidenError as error:
            log.info("A person's own chat cannot be used: %s", error)
            return text(language, "teams.write_to_me" if isinstance(error, UndeliverableError) else "channel.failed")
        self._serving.show(incoming, form)
        return text(language, "teams.form_below" if incoming.place == place else "teams.form_in_own_chat", title=title)

    async def _announced(self, incoming: Incoming, language: str) -> str:
        try:
            label = await self._talk.label(incoming.interaction)
        except GuidenError:
            label = ""
        return text(language, "teams.answer_below", label=label) if label else text(language, "teams.answer_below_unnamed")

    async def _close(self, incoming: Incoming) -> Answered:
        return self._left(incoming, render_note(text(await self._serving.language_of(incoming), "teams.closed")))

    async def _sent(self, incoming: Incoming, sent: Sent) -> Answered:
        language = await self._serving.language_of(incoming)
        taking = asyncio.ensure_future(self._take(incoming, sent, language))
        done, _ = await asyncio.wait({taking}, timeout=_PATIENCE)
        if not done:
            self._lines.start(self._take_late(taking, incoming))
            return self._left(incoming, render_note(text(language, "teams.wait")))
        if (outcome := taking.result()) is None:
            return with_sentence(text(language, "channel.failed"))
        if isinstance(outcome, dict):
            return with_card(outcome)
        self._serving.tell(incoming, outcome)
        return self._left(incoming, render_note(text(language, "teams.done")))

    def _left(self, incoming: Incoming, note: Card) -> Answered:
        """Put a note in the place of a form: at once for whoever looks at it, and in the message, or the form is back when the chat is."""
        # A form stands in the person's own chat; from elsewhere somebody else's answer would be made a note, for everybody.
        if incoming.message and incoming.place.is_personal:
            self._lines.start(self._replace(incoming, note))
        return with_card(note)

    async def _replace(self, incoming: Incoming, note: Card) -> None:
        try:
            await self._outgoing.replace(incoming.place, incoming.message, form_message(note, str(note["fallbackText"])))
        except GuidenError as error:  # what was said is seen all the same
            log.info("A form stands where a note should: %s", error)

    async def _take(self, incoming: Incoming, sent: Sent, language: str) -> Outcome:
        try:
            taken = await self._talk.sent(incoming.interaction, sent.name, sent.about, sent.values)
            if isinstance(taken, list):
                return taken
            return await self._again(incoming, sent, taken, language)
        except GuidenError as error:
            log.error("A form could not be taken in: %s", error)
        except Exception:  # the edge of a turn: the form is shown again, with everything that was filled in
            log.exception("A form could not be taken in")
        self._once.forget(_key(incoming, sent))
        return await self._failed(incoming, sent, language)

    async def _again(self, incoming: Incoming, sent: Sent, wrong: dict[str, str], language: str) -> Outcome:
        opened = await self._talk.opened_again(incoming.interaction, sent.name, sent.about)
        if isinstance(opened, list):
            return opened
        return render_form(opened, nonce=sent.nonce, language=language, errors=wrong, values=sent.values)

    async def _failed(self, incoming: Incoming, sent: Sent, language: str) -> Outcome:
        try:
            return await self._again(incoming, sent, {"": text(language, "channel.failed")}, language)
        except Exception:  # the same edge: without a database the form cannot even be shown, but it still stands there
            log.exception("A form could not be shown again")
            return None

    async def _take_late(self, taking: "asyncio.Task[Outcome]", incoming: Incoming) -> None:
        language = await self._serving.language_of(incoming)
        if isinstance(outcome := await taking, dict):
            self._serving.show(incoming, form_message(outcome, text(language, "teams.late_form")))
        elif outcome is None:
            self._serving.tell(incoming, [Reply(elements=(Notice(level="error", text=text(language, "channel.failed")),))])
        else:
            self._left(incoming, render_note(text(language, "teams.done")))
            self._serving.tell(incoming, outcome)

    async def _make_challenge(self, incoming: Incoming) -> Answered:
        language = await self._serving.language_of(incoming)
        if not incoming.interaction.text:
            return with_task(text(language, "teams.no_words"))
        try:
            place = await self._outgoing.own(incoming.place)
        except GuidenError as error:
            log.info("A person's own chat cannot be used: %s", error)
            return with_task(text(language, "teams.write_to_me" if isinstance(error, UndeliverableError) else "channel.failed"))
        self._serving.make_challenge(replace(incoming, place=place))
        return with_task(text(language, "teams.looking"))


def _key(incoming: Incoming, sent: Sent | None = None) -> tuple[str, str]:
    """Return what makes two presses the same: whose they are, and of which button, for a form with what was filled in."""
    return incoming.place.person, _sending(sent) if sent else incoming.interaction.choice


def _sending(sent: Sent) -> str:
    """Return what names a form that was sent: a form that still stands there can be sent again with other words, and is answered again."""
    filled_in = json.dumps(sorted(sent.values.items())).encode()
    return f"{blake2b(filled_in, digest_size=16).hexdigest()}/{sent.nonce}"
