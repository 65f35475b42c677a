"""What can be chosen below an answer: buttons where they are few, a menu where they are many, and thumbs where Slack has them."""

from collections.abc import Iterator, Sequence

from bot.channels.slack.blocks import LONGEST_LABEL, Block, Piece, button, context, plain_text, rich_text, text_lines
from bot.channels.slack.literal import clean
from bot.replies import Choice
from bot.texts import text

MOST_BUTTONS = 5
_MOST_OPTIONS = 100
_SHORT_LABEL = 30
_FEEDBACK = ("useful_yes", "useful_no")

Numbered = tuple[int, Choice]


def choice_pieces(choices: Sequence[Choice], language: str, *, thumbs: bool) -> Iterator[Piece]:
    """Yield the choices in their order and with the numbers that can be typed; `thumbs` gives the two on usefulness a row of their own."""
    if not choices:
        return
    numbered = list(enumerate(choices, 1))
    rated = [each for each in numbered if each[1].intent in _FEEDBACK] if thumbs else []
    rated = rated if [choice.intent for _, choice in rated] == list(_FEEDBACK) else []
    rest = [each for each in numbered if each not in rated]
    blocks = [*_numbers(choices, rest), *_controls(rest, language), *([_thumbs(rated)] if rated else [])]
    # The words are told once, by the first block; the others are ways to press them.
    yield Piece(blocks[0], "\n".join(f"{number}) {_in_a_line(choice.label)}" for number, choice in numbered))
    yield from (Piece(block, "") for block in blocks[1:])


def _numbers(choices: Sequence[Choice], in_controls: Sequence[Numbered]) -> Iterator[Block]:
    """Yield what the numbers stand for where the buttons themselves do not show it."""
    if len(in_controls) <= MOST_BUTTONS:
        return
    if all(len(choice.label) <= _SHORT_LABEL for choice in choices):
        yield from context(" · ".join(f"{number}) {_in_a_line(choice.label)}" for number, choice in enumerate(choices, 1)))
        return
    lines = [line for number, choice in enumerate(choices, 1) for line in text_lines(f"{number}) {_in_a_line(choice.label)}")]
    yield from (piece.block for piece in rich_text(lines) if piece.block)


def _controls(numbered: Sequence[Numbered], language: str) -> Iterator[Block]:
    if 0 < len(numbered) <= MOST_BUTTONS:
        yield {
            "type": "actions",
            "elements": [button(_in_a_line(each.label), f"choice:{number}", _value(number, each)) for number, each in numbered],
        }
        return
    for start in range(0, len(numbered), _MOST_OPTIONS):
        menu = numbered[start : start + _MOST_OPTIONS]
        select = {
            "type": "static_select",
            "action_id": f"choice:{menu[0][0]}",
            "placeholder": plain_text(text(language, "slack_look.choose"), LONGEST_LABEL),
            "options": [
                {"text": plain_text(f"{number}. {_in_a_line(each.label)}", LONGEST_LABEL), "value": _value(number, each)}
                for number, each in menu
            ],
        }
        yield {"type": "actions", "elements": [select]}


def _thumbs(rated: Sequence[Numbered]) -> Block:
    yes, no = ({"text": plain_text(_in_a_line(choice.label), LONGEST_LABEL), "value": _value(number, choice)} for number, choice in rated)
    element = {"type": "feedback_buttons", "action_id": f"choice:{rated[0][0]}", "positive_button": yes, "negative_button": no}
    return {"type": "context_actions", "elements": [element]}


def _value(number: int, choice: Choice) -> str:
    """Return what comes back when it is pressed: the choice's id, or its number, which can be typed as well."""
    return choice.id or str(number)


def _in_a_line(label: str) -> str:
    return " ".join(clean(label).split())
