"""An answer as every channel gets it: what to say and what can be chosen, free of any platform's markup."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Link(_Part):
    """A link out; `text` says where it leads."""

    text: str
    url: str


class Text(_Part):
    """A paragraph."""

    type: Literal["text"] = "text"
    text: str


class Notice(_Part):
    """A sentence that must be noticed."""

    type: Literal["notice"] = "notice"
    level: Literal["info", "success", "warning", "error"]
    text: str


class Fact(_Part):
    """A named value; an unknown value is said to be unknown, never left out."""

    label: str
    value: str


class Card(_Part):
    """One entry: title, a line on whose it is and how far it has come, facts, and cards within it side by side."""

    type: Literal["card"] = "card"
    title: str
    subtitle: str = ""
    text: str = ""
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    cards: tuple["Card", ...] = ()


class Choice(_Part):
    """Something that can be chosen by button, by number or by typing `label`; it acts as the intent with its entities.

    `id` is what a button carries where a channel has buttons; it says nothing of what it stands for, and is given on the way out.
    """

    label: str
    intent: str
    entities: dict[str, str] = Field(default_factory=dict)
    id: str = ""


Element = Annotated[Text | Notice | Card, Field(discriminator="type")]


class Reply(_Part):
    """One answer; `choices` belong below the elements and are numbered from 1 in their order.

    `asks` names the field of a form that the answer asks for; see bot/asking.py. What is `private` holds the person's own data, and is
    shown to nobody else where others read along.
    """

    elements: tuple[Element, ...]
    choices: tuple[Choice, ...] = ()
    asks: str = ""
    private: bool = False

    @property
    def fallback(self) -> str:
        """Return the answer's first sentence as plain text, for notifications and screen readers (at most 300 characters)."""
        first = self.elements[0] if self.elements else Text(text="")
        return (first.title if isinstance(first, Card) else first.text)[:300]


def to_wire(reply: Reply) -> dict[str, Any]:
    """Return the reply as JSON values, as it travels through the dialogue server."""
    return reply.model_dump(mode="json", exclude_defaults=True) | {
        "elements": [element.model_dump(mode="json", exclude_defaults=True) | {"type": element.type} for element in reply.elements]
    }


def from_wire(value: dict[str, Any]) -> Reply:
    """Return the reply that `to_wire` wrote; raise pydantic's ValidationError when it is none."""
    return Reply.model_validate(value)
