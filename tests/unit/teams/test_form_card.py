"""A whole form as an Adaptive Card, and back."""

import json
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.teams.form_card import form_message, read_form, render_form, render_note
from bot.whole_forms.form import Field, WholeForm
from tests.unit.teams.card_reading import card_faults, message_faults, nodes, read_by_javascript, shown_words

_FIELDS = (
    Field("company", "Företag", "line", required=True, value="Vård <at>alla</at> AB", longest=120),
    Field("email", "E-post", "email", required=True, hint="Dit skickas kvittot."),
    Field("phone", "Telefon", "phone", required=False),
    Field("kind", "Erbjudande", "choice", required=True, value="b", options=(("a", "Tjänst"), ("b", "Vara"))),
    Field("message", "Meddelande", "text", required=False, longest=1000),
    Field("notify", "Vill ni ha besked?", "yes_no", required=False, hint="När något händer.", value="yes"),
)
_FORM = WholeForm("interest", "nattbesok-vacker", "Anmäl intresse", ("Det här är tidig dialog.",), _FIELDS, "Skicka")

_texts = st.text(max_size=200)
_fields = st.builds(
    Field,
    name=st.text(string.ascii_lowercase, min_size=1, max_size=20),
    label=_texts,
    kind=st.sampled_from(["line", "text", "email", "phone", "choice", "yes_no"]),
    required=st.booleans(),
    hint=_texts,
    value=st.text(max_size=50),
    options=st.lists(
        st.tuples(st.text(string.ascii_lowercase, min_size=1, max_size=20), st.text(max_size=40)),
        min_size=1,
        max_size=20,
        unique_by=lambda each: each[0],
    ).map(tuple),
)
_forms = st.builds(
    WholeForm,
    name=st.just("review"),
    about=st.text(string.ascii_lowercase, max_size=80),
    title=_texts,
    intro=st.lists(st.one_of(_texts, st.just("ord " * 700)), max_size=3).map(tuple),
    fields=st.lists(_fields, min_size=1, max_size=6, unique_by=lambda field: field.name).map(tuple),
    submit=_texts,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(form=_forms)
def test_teams_takes_any_form(form: WholeForm) -> None:
    """Whatever a form says, its card is one that Teams takes, and no words in it are markup."""
    card = render_form(form, nonce="n", errors={field.name: field.hint for field in form.fields})

    assert [] == message_faults(form_message(card, form.title))
    assert all(isinstance(words, str) for words in shown_words(card))


def test_microsoft_reads_it() -> None:
    """Microsoft's own reader of cards has nothing to say against a form, with faults and without, or a note."""
    cards = [_card(), _card(errors={"email": "Adressen saknar @."}, values={"email": "x"}), render_note("Klart.", "success")]

    assert [[], [], []] == read_by_javascript(cards)


def test_the_law_stands_before_the_fields() -> None:
    """What must be read is shown above the first field, under the form's title as a heading."""
    title, law, *fields = _card()["body"]

    assert ["Anmäl intresse", "Det här är tidig dialog."] == [*shown_words(title), *shown_words(law)]
    assert "heading" == title["style"]
    assert [f"field.{field.name}" for field in _FIELDS] == [field["id"] for field in fields]


def test_a_field_is_of_its_kind() -> None:
    """Each field is asked for by the input for it, with a label that its hint is part of, and says so where it must be answered."""
    inputs = _inputs(_card())

    assert {
        "field.company": ("Input.Text", None, False),
        "field.email": ("Input.Text", "Email", False),
        "field.phone": ("Input.Text", "Tel", False),
        "field.kind": ("Input.ChoiceSet", "compact", None),
        "field.message": ("Input.Text", None, True),
        "field.notify": ("Input.ChoiceSet", "expanded", None),
    } == {name: (each["type"], each.get("style"), each.get("isMultiline")) for name, each in inputs.items()}
    assert ["field.company", "field.email", "field.kind"] == [name for name, each in inputs.items() if each.get("isRequired")]
    assert "Svara på «Företag»." == inputs["field.company"]["errorMessage"]
    assert ("E-post: Dit skickas kvittot.", "Vill ni ha besked? När något händer.") == (
        inputs["field.email"]["label"],
        inputs["field.notify"]["label"],
    )
    assert (120, 1000) == (inputs["field.company"]["maxLength"], inputs["field.message"]["maxLength"])


def test_what_is_wrong_stands_under_its_field() -> None:
    """A form with faults says at the top which fields they are in, and under each field what is wrong with it, in its name."""
    body = _card(errors={"email": "Adressen saknar @.", "challenge": "Välj en utmaning."})["body"]
    at = next(number for number, each in enumerate(body) if each.get("id") == "field.email")

    assert ["⛔ E-post – Adressen saknar @."] == list(shown_words(body[at + 1]))
    assert "Attention" == body[at + 1]["inlines"][0]["color"]
    assert ["⛔ Det här behöver rättas: E-post", "⛔ Välj en utmaning."] == list(shown_words(body[1:3]))


def test_what_was_filled_in_is_kept() -> None:
    """A form that is shown again has what was filled in, an emptied field empty, and what was not sent as it was opened."""
    inputs = _inputs(_card(values={"company": "", "email": "{{x}} <b>", "message": "å" * 1001}))

    assert "value" not in inputs["field.company"]
    assert ("{{x}} <b>", "å" * 1001, "b") == tuple(inputs[f"field.{name}"]["value"] for name in ("email", "message", "kind"))


def test_comes_back_as_it_was_filled_in() -> None:
    """What a press on the button brings is the form's name, what it is about, its nonce, and every field's value."""
    card = _card()
    send, close = card["actions"]
    filled_in = {name: each.get("value") for name, each in _inputs(card).items()}

    assert ("form", "positive") == (send["verb"], send["style"])
    assert {"company": "Vård <at>alla</at> AB", "email": "", "phone": "", "kind": "b", "message": "", "notify": "yes"} == read_form(
        send["data"] | filled_in
    ).values
    assert ("interest", "nattbesok-vacker", "n-1") == read_form(send["data"])[:3]
    assert ("close", {"nonce": "n-1"}, "none") == (close["verb"], close["data"], close["associatedInputs"])


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"form": "interest", "about": "x"},
        {"form": "payroll", "about": "x", "nonce": "n"},
        {"form": "interest", "about": 1, "nonce": "n"},
    ],
)
def test_refuses_what_is_no_form(data: dict[str, Any]) -> None:
    """What no form of the guide's has sent is refused."""
    with pytest.raises(ValueError, match=r".*"):
        read_form(data)


def test_a_note_stands_where_a_form_was() -> None:
    """A note has a sign and a colour for what it says, and the same words as plain text."""
    note = render_note("Det är skickat.", "success")

    assert [] == card_faults(note)
    assert ("✅ Det är skickat.", ["✅ Det är skickat."], "good") == (
        note["fallbackText"],
        list(shown_words(note)),
        note["body"][0]["style"],
    )


def test_the_largest_form_has_room() -> None:
    """A form with every field filled to its limit and long notices stays a message that Teams takes; its plain text gives way."""
    fields = tuple(Field(f"f{number}", "Fråga", "text", required=False, value="å" * 1000, longest=1000) for number in range(6))
    card = render_form(WholeForm("challenge", "1", "Förslag", ("ord " * 700,) * 2, fields, "Skicka"), nonce="n")

    assert [] == message_faults(form_message(card, "Förslag"))
    assert len(card["fallbackText"]) < len(json.dumps(card["body"]))


@pytest.mark.parametrize("language", ["sv", "en", "fi"])
def test_speaks_the_language(language: str) -> None:
    """The words around a form are in the person's language."""
    assert {"sv": "Avbryt", "en": "Cancel", "fi": "Peruuta"}[language] == _card(language=language)["actions"][1]["title"]


def _card(**more: Any) -> dict[str, Any]:
    return render_form(_FORM, nonce="n-1", **more)


def _inputs(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["id"]: node for node in nodes(card) if str(node.get("type")).startswith("Input.")}
