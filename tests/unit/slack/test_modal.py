"""A whole form as a Slack modal, and back."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.slack.modal import form_sent, render_modal
from bot.whole_forms.form import Field, WholeForm
from tests.unit.slack.payloads import shown_words, view_faults

_FIELDS = (
    Field("company", "Företag", "line", required=True, value="Vård <!channel> AB"),
    Field("email", "E-post", "email", required=True, hint="Dit skickas kvittot."),
    Field("phone", "Telefon", "phone", required=False),
    Field("kind", "Erbjudande", "choice", required=True, value="b", options=(("a", "Tjänst"), ("b", "Vara"))),
    Field("message", "Meddelande", "text", required=False, longest=1000),
    Field("notify", "Vill ni ha besked?", "yes_no", required=False, value="yes"),
)
_FORM = WholeForm("interest", "nattbesok-vacker", "Anmäl intresse", ("Det här är tidig dialog.",), _FIELDS, "Skicka")

_texts = st.text(max_size=400)
_fields = st.builds(
    Field,
    name=st.text(string.ascii_lowercase, min_size=1, max_size=20),
    label=_texts,
    kind=st.sampled_from(["line", "text", "email", "phone", "choice", "yes_no"]),
    required=st.booleans(),
    hint=_texts,
    value=st.text(max_size=50),
    options=st.lists(
        st.tuples(st.text(string.ascii_lowercase, min_size=1, max_size=20), _texts),
        min_size=1,
        max_size=120,
        unique_by=lambda each: each[0],
    ).map(tuple),
)
_forms = st.builds(
    WholeForm,
    name=st.just("review"),
    about=st.text(string.ascii_lowercase, max_size=80),
    title=_texts,
    intro=st.lists(st.one_of(_texts, st.just("ord " * 700)), max_size=3).map(tuple),
    fields=st.lists(_fields, min_size=1, max_size=12, unique_by=lambda field: field.name).map(tuple),
    submit=_texts,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(form=_forms)
def test_slack_takes_any_form(form: WholeForm) -> None:
    """Whatever a form says, its modal is one that Slack takes."""
    assert [] == view_faults(render_modal(form, {field.name: field.hint for field in form.fields}, where="-"))


def test_the_law_stands_before_the_fields() -> None:
    """What must be read is shown above the first field, and each input carries its field's name, for what is wrong."""
    blocks = render_modal(_FORM, where="-")["blocks"]

    assert ["Det här är tidig dialog."] == list(shown_words(blocks[0]))
    assert [field.name for field in _FIELDS] == [block["block_id"] for block in blocks if block["type"] == "input"]


def test_a_field_is_of_its_kind() -> None:
    """Each field is asked for by Slack's own element for it, and what is optional is marked so."""
    inputs = {block["block_id"]: block for block in render_modal(_FORM, where="-")["blocks"] if block["type"] == "input"}

    assert {
        "company": "plain_text_input",
        "email": "email_text_input",
        "phone": "plain_text_input",
        "kind": "static_select",
        "message": "plain_text_input",
        "notify": "radio_buttons",
    } == {name: block["element"]["type"] for name, block in inputs.items()}
    assert ["phone", "message", "notify"] == [name for name, block in inputs.items() if block["optional"]]
    assert (1000, True) == (inputs["message"]["element"]["max_length"], inputs["message"]["element"]["multiline"])


def test_comes_back_as_it_was_filled_in() -> None:
    """What is sent back is the form's name, what it is about, the place, and every field's value."""
    view = render_modal(_FORM, where='{"team": "T1"}')
    left_as_it_was = {
        "state": {"values": {block["block_id"]: {"value": _state(block["element"])} for block in view["blocks"] if "element" in block}}
    }
    values = {"company": "Vård <!channel> AB", "email": "", "phone": "", "kind": "b", "message": "", "notify": "yes"}

    assert ("interest", "nattbesok-vacker", '{"team": "T1"}', values) == form_sent(view | left_as_it_was)


def test_nothing_is_chosen_for_anybody() -> None:
    """A yes or no, and a menu, that nobody has answered come back as nothing, and a no as a no."""
    no = {"selected_option": {"value": "no"}}
    state = {
        "notify": {"value": {"type": "radio_buttons", "selected_option": None}},
        "often": {"value": {"type": "radio_buttons", **no}},
        "kind": {"value": {"type": "static_select", "selected_option": None}},
    }

    assert {"notify": "", "often": "no", "kind": ""} == form_sent(render_modal(_FORM, where="-") | {"state": {"values": state}})[3]


@pytest.mark.parametrize("language", ["sv", "en", "fi"])
def test_says_what_is_wrong_at_the_top(language: str) -> None:
    """A form that is shown again begins with what is wrong, by the fields' labels."""
    view = render_modal(_FORM, {"email": "Adressen saknar @."}, where="-", language=language)

    assert ["⚠️ E-post – Adressen saknar @."] == list(shown_words(view["blocks"][0]))


def _state(element: dict[str, object]) -> dict[str, object]:
    named = {"initial_value": "value", "initial_option": "selected_option"}
    empty = {"value": None, "selected_option": None}
    return empty | {"type": element["type"]} | {named[name]: value for name, value in element.items() if name in named}
