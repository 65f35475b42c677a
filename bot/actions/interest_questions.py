"""How the form of interest is asked: one question for each field, and the summary at its end."""

from typing import Any

from bot.actions.turn import Turn
from bot.answers import reply
from bot.asking import ANSWER, CHANGE, CONFIRM, DROP, HARM, INTEREST, NOTHING
from bot.replies import Card, Choice, Element, Fact, Reply, Text
from knowledge.drafts import Draft
from knowledge.interest_form import FIELDS, SECRECY_FIELDS

_SKIPPABLE = ("organisation_number", "phone", "message", "reference")
_KINDS = ("existing", "could_develop", "partner", "research")


def question(turn: Turn, draft: Draft, name: str, title: str) -> Reply:
    """Return the question for a field, for the harm that the release of one would do (`harm:` and its name), or the summary."""
    if name == CONFIRM.removeprefix(INTEREST):
        return _summary(turn, draft, title)
    if name.startswith("harm:"):
        return _harm(turn, name.removeprefix("harm:"))
    place = turn.say("interest.progress", number=list(FIELDS).index(name) + 1, count=len(FIELDS))
    elements: list[Element] = [Text(text=f"{place} {turn.say(f'interest.ask.{name}')}")]
    if name in draft.fields and name != "secrecy":
        elements.append(Text(text=turn.say("interest.now", value=shown_value(turn, name, draft.fields[name]))))
    if name == "secrecy" and draft.fields.get("secrecy"):
        elements.append(Text(text=turn.say("interest.requested", requests=shown_value(turn, name, draft.fields[name]))))
    return reply(*elements, choices=[*_choices(turn, draft, name), *turn.offer("cancel")], asks=INTEREST + name)


def shown_value(turn: Turn, name: str, value: Any) -> str:
    """Return a field's value as the person reads it."""
    match name:
        case "kind":
            return turn.say(f"choice.kind_{value}")
        case "notify":
            return turn.say("interest.yes" if value else "interest.no")
        case "secrecy":
            return "; ".join(f"{turn.say(f'interest.label.{field}')}: {harm}" for field, harm in value.items()) or turn.say("interest.none")
        case "organisation_number" if value:
            return f"{value[:6]}-{value[6:]}"
    return str(value or turn.say("interest.none"))


def _summary(turn: Turn, draft: Draft, title: str) -> Reply:
    facts = tuple(Fact(label=turn.say(f"interest.label.{name}"), value=shown_value(turn, name, draft.fields[name])) for name in FIELDS)
    card = Card(title=turn.say("interest.summary"), subtitle=title, facts=facts)
    choices = [
        Choice(label=turn.say("choice.send_interest"), intent=ANSWER, entities={"value": "send", "field": "confirm"}),
        *(
            Choice(
                label=turn.say("choice.change_field", field=turn.say(f"interest.label.{name}").lower()),
                intent=CHANGE,
                entities={"value": name},
            )
            for name in FIELDS
        ),
        *turn.offer("cancel"),
    ]
    return reply(card, Text(text=turn.say("interest.ask.confirm")), choices=choices, asks=CONFIRM)


def _harm(turn: Turn, name: str) -> Reply:
    label = turn.say(f"interest.label.{name}").lower()
    drop = Choice(label=turn.say("choice.no_secrecy_for", field=label), intent=ANSWER, entities={"value": DROP, "field": f"harm:{name}"})
    return reply(Text(text=turn.say("interest.ask.harm", field=label)), choices=[drop, *turn.offer("cancel")], asks=HARM + name)


def _choices(turn: Turn, draft: Draft, name: str) -> list[Choice]:
    match name:
        case "kind":
            return [_choice(turn, f"kind_{kind}", kind, name) for kind in _KINDS]
        case "notify":
            return [_choice(turn, "yes", "yes", name), _choice(turn, "no", "no", name)]
        case "secrecy":
            requested = draft.fields.get("secrecy") or {}
            filled = [each for each in SECRECY_FIELDS if draft.fields.get(each) and each not in requested]
            done = _choice(turn, "secrecy_done" if requested else "secrecy_none", NOTHING, name)
            return [
                done,
                *(Choice(label=turn.say(f"interest.label.{each}"), intent=ANSWER, entities=_entities(each, name)) for each in filled),
            ]
    return [_choice(turn, "skip", NOTHING, name)] if name in _SKIPPABLE else []


def _choice(turn: Turn, label: str, value: str, name: str) -> Choice:
    return Choice(label=turn.say(f"choice.{label}"), intent=ANSWER, entities=_entities(value, name))


def _entities(value: str, name: str) -> dict[str, str]:
    # The field is named too: a button from an older question must not answer a newer one.
    return {"value": value, "field": name}
