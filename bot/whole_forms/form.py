"""A form that is filled in as a whole, free of any platform's markup: a modal in Slack, a card in Teams, a page on the web."""

from dataclasses import dataclass
from typing import Literal

from bot.actions.turn import Turn, refusal
from bot.interaction import Channel
from bot.replies import Reply
from bot.texts import text
from knowledge.errors import GuidenError
from knowledge.people import Person

FieldKind = Literal["line", "text", "email", "phone", "choice", "yes_no"]
FormName = Literal["interest", "challenge", "solution", "review"]

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who fills in a form, and where; `conversation` is the id in our own database."""

    person: Person
    conversation: str
    language: str
    channel: Channel
    organisation: str

    def turn(self) -> Turn:
        """Return the turn that an action answers when a form is opened or sent."""
        return Turn(
            conversation=self.conversation,
            message="/form",
            intent="",
            confidence=1.0,
            entities={},
            slots={},
            language=self.language,
            channel=self.channel,
            organisation=self.organisation,
            person=self.person,
        )

    def say(self, key: str, **values: object) -> str:
        """Return a sentence in the person's language."""
        return text(self.language, key, **values)


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `options` are values with their labels, for a choice. A field of yes and no has the values "yes" and "no".

    `label` has at most 75 characters, `hint` 150 and `value`, what is filled in already, `longest`.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool
    hint: str = ""
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    longest: int = 3000


@dataclass(frozen=True, slots=True)
class WholeForm:
    """A form; `about` comes back with it and says what it is about. `title` and `submit` have at most 24 characters.

    Every part of `intro` has at most 3 000 characters and must be shown before the fields: legal notices stand there.
    """

    name: FormName
    about: str
    title: str
    intro: tuple[str, ...]
    fields: tuple[Field, ...]
    submit: str


# What is wrong, in a sentence for each field, or the answer to a form that was taken.
Taken = dict[str, str] | Reply


def sentence(asked: Asked, error: GuidenError) -> str:
    """Return what is said when the domain says no, in the person's language."""
    return refusal(asked.turn(), error).text
