"""Each answer of a contribution is made clean the same way for every channel, or refused with what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.contribution_form import FIELDS, REQUIRED, STAGES, Kind, clean_field, first_missing
from knowledge.errors import RefusedError

ALL_FIELDS = [(kind, name) for kind, fields in FIELDS.items() for name in fields]
OPTIONAL = [(kind, name) for kind, name in ALL_FIELDS if name not in REQUIRED[kind]]
PERSONAL = "Anna 850709-9805, 070-123 45 67, anna@kommunen.example"
MASKED = "Anna [personnummer], [telefon], [e-post]"


def refusal(kind: Kind, name: str, value: object) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        clean_field(kind, name, value)
    assert name == refused.value.details["field"]
    return refused.value


@pytest.mark.parametrize("kind", FIELDS)
def test_needed_answers_are_asked_for_first_or_at_all(kind: Kind) -> None:
    """Every answer that is needed is asked for, and what it is about comes first."""
    assert (True, REQUIRED[kind][0]) == (set(REQUIRED[kind]) <= FIELDS[kind].keys(), next(iter(FIELDS[kind])))


@pytest.mark.parametrize(("kind", "name"), OPTIONAL)
@pytest.mark.parametrize("nothing", ["", "  \n", None])
def test_skipped(kind: Kind, name: str, nothing: object) -> None:
    """An answer that is not needed may be skipped, which is an empty text."""
    assert "" == clean_field(kind, name, nothing)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in REQUIRED.items() for name in names])
@pytest.mark.parametrize("short", ["", "för kort", " " * 20, None])
def test_too_short(kind: Kind, name: str, short: object) -> None:
    """An answer that the entry cannot do without has at least ten characters."""
    assert "answer_too_short" == refusal(kind, name, short).key


@pytest.mark.parametrize(("kind", "name"), [each for each in ALL_FIELDS if each[1] not in ("challenge", "stage")])
def test_masked(kind: Kind, name: str) -> None:
    """What identifies a person is hidden in every answer."""
    assert MASKED == clean_field(kind, name, f" {PERSONAL}\n")


@pytest.mark.parametrize("name", ["today", "often", "who", "tried", "better"])
def test_longest(name: str) -> None:
    """A thousand characters are taken, one more is refused and not cut."""
    assert "x" * 1000 == clean_field("challenge", name, "x" * 1000)
    assert ("text_too_long", 1000, 1001) == tuple(
        {"key": (error := refusal("challenge", name, "x" * 1001)).key, **error.details}[each] for each in ("key", "most", "length")
    )


@pytest.mark.parametrize(("length", "taken"), [(7, False), (8, True), (90, True), (91, False)])
def test_title(length: int, *, taken: bool) -> None:
    """A title has 8 to 90 characters, as the title of a challenge."""
    if taken:
        assert "x" * length == clean_field("challenge", "title", f"  {'x' * length}\n")
    else:
        assert "title_length" == refusal("challenge", "title", "x" * length).key


def test_source_keeps_addresses() -> None:
    """A web address is kept as it is, whatever digits it holds; a phone number beside it is hidden."""
    url = "https://kommunen.example/070-123%2045%2067/sida?id=850709-9805"

    assert f"Rapporten {url}, ring [telefon]" == clean_field("solution", "source", f"Rapporten {url},  ring 070-123 45 67")


@pytest.mark.parametrize("stage", STAGES)
def test_stage(stage: str) -> None:
    """A stage is one of those that a solution can be at."""
    assert stage == clean_field("solution", "stage", f" {stage} ")


def test_unknown_stage() -> None:
    """A stage that is none is refused, with those that there are."""
    assert ("contribution_stage_unknown", True) == (
        (error := refusal("solution", "stage", "klart")).key,
        "ended" in str(error.details["known"]),
    )


@pytest.mark.parametrize("wrong", ["Vikarier", "a b", "x" * 61, "a--b", "../a"])
def test_challenge_that_is_no_id(wrong: str) -> None:
    """What cannot be the id of a challenge is refused."""
    assert "no_such_challenge" == refusal("solution", "challenge", wrong).key


def test_unknown_field() -> None:
    """A question that is not asked takes no answer."""
    assert "form_field_unknown" == refusal("challenge", "lessons", "Fråga först").key


@given(st.sampled_from(ALL_FIELDS), st.text())
def test_clean_stays_clean(field: tuple[Kind, str], value: str) -> None:
    """Whatever is typed is refused or made clean, and a clean answer is not changed by being cleaned again."""
    try:
        clean = clean_field(*field, value)
    except RefusedError:
        return
    assert clean == clean_field(*field, clean)


@pytest.mark.parametrize(
    ("kind", "fields", "missing"),
    [
        ("challenge", {}, "today"),
        ("challenge", {"today": "Så här är det."}, None),
        ("solution", {"what": "Så gjorde vi."}, None),
        ("solution", {"what": "Så gjorde vi.", "stage": "ended"}, "lessons"),
        ("solution", {"what": "Så gjorde vi.", "stage": "ended", "lessons": "Fråga först."}, None),
        ("experience", {"what": "Så gjorde vi.", "stage": "pilot", "lessons": ""}, "lessons"),
    ],
)
def test_first_missing(kind: Kind, fields: dict[str, str], missing: str | None) -> None:
    """An experience, and anything that has ended, is not sent without its lessons."""
    assert missing == first_missing(kind, fields)
