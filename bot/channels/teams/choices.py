"""What can be chosen below an answer: buttons where they are few and short, and a numbered list and a menu for the rest."""

from collections.abc import Iterator, Sequence

from bot.channels.literal import cut
from bot.channels.teams.elements import LONGEST_BUTTON, Element, Piece, button, line, lines, run, size
from bot.channels.teams.literal import plain
from bot.replies import Choice
from bot.texts import text

# Teams shows six of a row of buttons; a row here is shorter, and there are several, so what follows a search needs no menu.
MOST_BUTTONS = 8
CHOSEN = "choice"
# In characters: what has no room in its row is cut by Teams, which does not break rows.
_WIDEST_ROW = 44
_BUTTON_EDGES = 5
_SHORT_LABEL = 30
_LONGEST_OPTION = 120
_LARGEST_MENU = 8000
_FEEDBACK = ("useful_yes", "useful_no")

Numbered = tuple[int, Choice]


def choice_pieces(choices: Sequence[Choice], language: str) -> Iterator[Piece]:
    """Yield the choices with the numbers that can be typed: those with short labels as buttons, where they are few, the rest in a menu.

    The two on usefulness have a row of their own.
    """
    numbered = list(enumerate(choices, 1))
    rated = [each for each in numbered if each[1].intent in _FEEDBACK]
    rated = rated if [choice.intent for _, choice in rated] == list(_FEEDBACK) and not any(map(_is_long, rated)) else []
    rest = [each for each in numbered if each not in rated]
    pressed = [each for each in rest if not _is_long(each)]
    pressed = pressed if len(pressed) <= MOST_BUTTONS else []
    in_menu = [each for each in rest if each not in pressed]
    told = [f"{number}) {_in_a_line(choice.label)}" for number, choice in numbered]
    if in_menu:
        yield from _list(told)
    for index, row in enumerate(_rows(pressed)):
        # The words are told once, by the list or the first row; the others are ways to press them.
        yield Piece(_row(row), "" if in_menu or index else "\n".join(told))
    if in_menu:
        yield from _menus(in_menu, language)
    for row in _rows(rated):
        yield Piece(_row(row), "" if rest else "\n".join(told))


def _is_long(numbered: Numbered) -> bool:
    return len(_in_a_line(numbered[1].label)) > LONGEST_BUTTON


def _rows(numbered: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    row: list[Numbered] = []
    for each in numbered:
        if row and sum(len(_in_a_line(choice.label)) + _BUTTON_EDGES for _, choice in [*row, each]) > _WIDEST_ROW:
            yield row
            row = []
        row.append(each)
    if row:
        yield row


def _row(numbered: Sequence[Numbered]) -> Element:
    actions = [button(_in_a_line(choice.label), "choice", {CHOSEN: _value(number, choice)}) for number, choice in numbered]
    return {"type": "ActionSet", "actions": actions}


def _list(told: Sequence[str]) -> Iterator[Piece]:
    """Yield what the numbers stand for, in a line where that is short."""
    if all(len(each) <= _SHORT_LABEL for each in told):
        yield Piece(line(run(" · ".join(told), subtle=True), spacing="Medium"), "\n".join(told))
        return
    for number, each in enumerate(told):
        yield from lines(each, spacing="Small" if number else "Medium")


def _menus(numbered: Sequence[Numbered], language: str) -> Iterator[Piece]:
    options: list[Element] = []
    for number, choice in numbered:
        option = {"title": cut(f"{number}. {_in_a_line(choice.label)}", _LONGEST_OPTION), "value": _value(number, choice)}
        if options and size(options) + size(option) > _LARGEST_MENU:
            yield _menu(options, language)
            options = []
        options.append(option)
    yield _menu(options, language)


def _menu(options: list[Element], language: str) -> Piece:
    menu = {
        "type": "Input.ChoiceSet",
        "id": CHOSEN,
        "style": "compact",
        "label": text(language, "teams_look.choose"),
        "placeholder": text(language, "teams_look.nothing_chosen"),
        "isRequired": True,
        "errorMessage": text(language, "teams_look.choose_first"),
        "wrap": True,
        "choices": options,
    }
    press = {"type": "ActionSet", "actions": [button(text(language, "teams_look.send_choice"), "choice", {}, inputs=True)]}
    return Piece({"type": "Container", "items": [menu, press], "spacing": "Small"}, "", is_menu=True)


def _value(number: int, choice: Choice) -> str:
    """Return what comes back when it is pressed: the choice's id, or its number, which can be typed as well."""
    return choice.id or str(number)


def _in_a_line(label: str) -> str:
    return " ".join(plain(label).split())
