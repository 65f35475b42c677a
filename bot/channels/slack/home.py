"""The home tab: what a person follows, has registered and can do next, the same words as when it is asked for in the conversation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.literal import cut
from bot.channels.slack.blocks import LONGEST_LABEL, Block, button, context, divider, header, plain_text
from bot.channels.slack.literal import clean, unformatted
from bot.replies import Choice
from bot.texts import text

MOST_ITEMS = 5
_MOST_OPTIONS = 100
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Item:
    """Something in a list: its title, a line on how it stands, and what can be done with it."""

    title: str
    line: str
    choice: Choice | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """Something that can be set: the choices, and the number of the one that holds, from 0; None when none does."""

    choices: Sequence[Choice]
    chosen: int | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """What the home tab shows. `queue` is None for who reviews nothing; `scope` says which challenges are among the open ones.

    Every choice has an id.

    The lists may be as long as they are; the tab shows the first five of each and says how many there are.
    """

    language: str
    start: Sequence[Choice]
    follows: Sequence[Item]
    interests: Sequence[Item]
    open_challenges: Sequence[Item]
    languages: Preference
    areas: Preference
    queue: Sequence[Item] | None = None
    scope: str = ""


def render_home(home: Home) -> dict[str, Any]:
    """Return the home tab's view; what others wait for comes first, and an empty list says how to fill it."""
    blocks = [
        header(text(home.language, "slack_look.home.title")),
        *context(text(home.language, "slack_look.home.intro")),
        *_start(home.start),
        *(_section(home.language, "queue", home.queue) if home.queue is not None else ()),
        *_section(home.language, "open", home.open_challenges, home.scope),
        *_section(home.language, "follows", home.follows),
        *_section(home.language, "interests", home.interests),
        divider(),
        *_preference(home.language, "area", home.areas),
        *_preference(home.language, "language", home.languages),
    ]
    return {"type": "home", "blocks": blocks}


def _start(choices: Sequence[Choice]) -> Iterator[Block]:
    if choices:
        yield {
            "type": "actions",
            "elements": [button(each.label, f"choice:start:{number}", each.id) for number, each in enumerate(choices, 1)],
        }


def _section(language: str, name: str, items: Sequence[Item], scope: str = "") -> Iterator[Block]:
    title = text(language, f"slack_look.home.{name}")
    yield header(f"{title} ({len(items)})" if items else title)
    yield from context(scope)
    if not items:
        yield from context(text(language, f"slack_look.home.no_{name}"))
    for number, item in enumerate(items[:MOST_ITEMS], 1):
        yield _item(item, f"choice:{name}:{number}")
    if len(items) > MOST_ITEMS:
        yield from context(text(language, f"slack_look.home.more_{name}", count=len(items) - MOST_ITEMS))


def _item(item: Item, action_id: str) -> Block:
    title, line = (unformatted(cut(" ".join(clean(words).split()), _LONGEST_TITLE)) for words in (item.title, item.line))
    shown = "\n".join(each for each in (f"*{title}*" if title else "", line) if each) or "–"
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": shown, "verbatim": True}}
    return block | ({"accessory": button(item.choice.label, action_id, item.choice.id)} if item.choice else {})


def _preference(language: str, name: str, preference: Preference) -> Iterator[Block]:
    if not preference.choices:
        return
    options = [{"text": plain_text(each.label, LONGEST_LABEL), "value": each.id} for each in preference.choices[:_MOST_OPTIONS]]
    menu: Block = {
        "type": "static_select",
        "action_id": f"choice:{name}",
        "placeholder": plain_text(text(language, "slack_look.choose"), LONGEST_LABEL),
        "options": options,
    }
    if preference.chosen is not None:
        menu["initial_option"] = options[preference.chosen]
    yield {"type": "section", "text": plain_text(text(language, f"slack_look.home.{name}"), LONGEST_LABEL), "accessory": menu}
