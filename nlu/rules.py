"""Writes nlu/data/rules.yml and form_rules.yml: `python nlu/rules.py` (`--check` only compares).

One table says what each intent leads to. What happens when the same intent comes while a form
is asking follows from it, so that no message inside a form can end in silence.
"""

from __future__ import annotations

import sys
from pathlib import Path

DATA = Path(__file__).parent / "data"
HEADER = '# Written by nlu/rules.py: change the table there.\nversion: "3.1"\n\nrules:\n'

SUBMIT = {
    "need_form": "action_find",
    "area_form": "action_find",
    "clarify_form": "action_find",
    "organisation_form": "action_save_me_too",
    "reason_form": "action_save_reason",
    "interest_form": "action_send_interest",
    "follow_form": "action_followed",
    "question_form": "action_question_sent",
    "contribution_form": "action_contribution_sent",
    "report_form": "action_reported",
    "review_form": "action_reviewed",
}

# An intent's actions in order; a form stands last.
ANSWERS: dict[str, list[str]] = {
    "greet": ["utter_greet"],
    "goodbye": ["utter_goodbye"],
    "thanks": ["utter_thanks"],
    "help": ["utter_help"],
    "who_are_you": ["utter_who_are_you"],
    "ask_privacy": ["utter_privacy"],
    "describe_problem": ["action_find"],
    "nlu_fallback": ["action_find"],
    "out_of_scope": ["action_find"],
    "start_guided": ["need_form"],
    "state_area": ["action_set_area", "need_form"],
    "change_area": ["action_clear_area", "area_form"],
    "more_results": ["action_more"],
    "show_one": ["action_show_one"],
    "show_solutions": ["action_show_solutions"],
    "show_details": ["action_show_details"],
    "ask_who": ["action_who"],
    "ask_cost": ["action_cost"],
    "ask_small": ["action_small"],
    "ask_sources": ["action_sources"],
    "me_too": ["action_me_too", "organisation_form"],
    "useful_yes": ["action_useful_yes"],
    "useful_no": ["action_useful_no", "reason_form"],
    "affirm": ["action_affirm"],
    "deny": ["action_deny"],
    "dont_know": ["action_dont_know"],
    "cancel": ["action_cancel"],
    "start_over": ["action_restart_conversation"],
    "go_back": ["action_back"],
    "change_language": ["action_change_language"],
    "delete_conversation": ["action_delete_conversation"],
    "sensitive_statement": ["action_sensitive"],
    "citizen_errand": ["action_citizen_errand"],
    "company_offer": ["action_company"],
    "browse_open": ["action_browse_open"],
    "register_interest": ["action_register_interest", "interest_form"],
    "resume_interest": ["action_resume_interest", "interest_form"],
    "give_detail": ["action_take_detail", "interest_form"],
    "change_field": ["action_change_field", "interest_form"],
    "discard_interest": ["action_discard_interest"],
    "enter_code": ["action_enter_code"],
    "send_code_again": ["action_send_code_again"],
    "my_interests": ["action_my_interests"],
    "withdraw_interest": ["action_withdraw_interest"],
    "follow": ["action_follow", "follow_form"],
    "unfollow": ["action_unfollow"],
    "my_follows": ["action_my_follows"],
    "ask_challenge_question": ["action_ask_challenge_question", "question_form"],
    "i_am_company": ["action_i_am_company"],
    "propose": ["action_propose", "contribution_form"],
    "share_solution": ["action_share_solution", "contribution_form"],
    "resume_contribution": ["action_resume_contribution", "contribution_form"],
    "contribution_detail": ["action_take_contribution_detail", "contribution_form"],
    "change_contribution": ["action_change_contribution", "contribution_form"],
    "discard_contribution": ["action_discard_contribution"],
    "withdraw_contribution": ["action_withdraw_contribution"],
    "my_contributions": ["action_my_contributions"],
    "report_wrong": ["action_report_wrong", "report_form"],
    "review_queue": ["action_review_queue"],
    "review_one": ["action_review_one"],
    "review_approve": ["action_review_approve", "review_form"],
    "review_return": ["action_review_return", "review_form"],
    "review_reject": ["action_review_reject", "review_form"],
    "review_edit": ["action_review_edit", "review_form"],
    "answer_report": ["action_answer_report", "review_form"],
}

# Answered, and then the form asks again. Every other intent closes the form.
ANSWERED_WITHIN = {
    "greet",
    "thanks",
    "help",
    "who_are_you",
    "ask_privacy",
    "change_language",
    "sensitive_statement",
    "citizen_errand",
    "dont_know",
}
UNCLEAR_WITHIN = {"nlu_fallback", "out_of_scope", "affirm", "deny"}

# "No" and "don't know" to a question that nobody has to answer mean: leave it.
VOLUNTARY = {"organisation_form", "reason_form", "follow_form", "question_form", "report_form"}
DECLINED = {"deny", "dont_know"}

# The area is a slot of these forms, so a new area is no reason to close them.
ASKS_AREA = {"need_form", "area_form"}
AREA_INTENTS = {"state_area", "change_area"}

# Forms whose answers Rasa is not told: what it is told there and cannot use is no answer.
UNHEARD = {"interest_form", "follow_form", "question_form", "contribution_form", "report_form", "review_form"}
# "It is not right" said to a question of theirs is no report of a fault in an entry.
NO_ANSWER = {"give_detail", "contribution_detail", "dont_know", "report_wrong", *UNCLEAR_WITHIN}

# What means something of its own in one form: whether the form stays open, and the actions.
WITHIN: dict[str, dict[str, tuple[bool, list[str]]]] = {
    "interest_form": {
        "cancel": (False, ["action_leave_interest"]),
        "discard_interest": (False, ["action_discard_interest"]),
        "go_back": (True, ["action_previous_field"]),
        "help": (True, ["action_interest_help"]),
    },
    "contribution_form": {
        "cancel": (False, ["action_leave_contribution"]),
        "discard_contribution": (False, ["action_discard_contribution"]),
        "go_back": (True, ["action_previous_contribution_field"]),
        "help": (True, ["action_contribution_help"]),
    },
    # Who cancels is not counted.
    "organisation_form": {"cancel": (False, ["action_cancel"])},
}

# What is done before something else closes a form: to say that it waits, or to keep what has been answered.
BEFORE_OTHERS = {
    "interest_form": ["action_interest_paused"],
    "contribution_form": ["action_contribution_paused"],
    "organisation_form": ["action_count_me_too"],
}


def special(form: str, intent: str) -> tuple[bool, list[str]] | None:
    """What an intent means in some forms only, or None."""
    if intent in WITHIN.get(form, {}):
        return WITHIN[form][intent]
    if form in VOLUNTARY and intent in DECLINED:
        return False, ["action_cancel"]
    if form in UNHEARD and intent in NO_ANSWER:
        return True, ["action_not_an_answer"]
    return None


def within(form: str, intent: str) -> tuple[bool, list[str]]:
    """Whether the form stays open, and the actions that the intent leads to."""
    answer = ANSWERS[intent]
    if (own := special(form, intent)) is not None:
        return own
    if intent in UNCLEAR_WITHIN:
        return True, ["utter_not_understood"]
    if form in ASKS_AREA and intent in AREA_INTENTS:
        return True, answer[:1]
    if answer[-1] == form:
        return True, answer[:-1]
    if intent in ANSWERED_WITHIN:
        return True, answer
    return False, [*BEFORE_OTHERS.get(form, []), *answer]


def steps(actions: list[str]) -> list[str]:
    """Rule steps of some actions, and of the form they may end with."""
    lines = [f"action: {action}" for action in actions]
    if actions and actions[-1] in SUBMIT:
        lines.append(f"active_loop: {actions[-1]}")
    return lines


def rule(name: str, lines: list[str], form: str = "") -> str:
    """One rule as YAML."""
    condition = f"    condition:\n      - active_loop: {form}\n" if form else ""
    body = "".join(f"      - {line}\n" for line in lines)
    return f"  - rule: {name}\n{condition}    steps:\n{body}\n"


def plain_rules() -> str:
    """What each intent leads to when no form is asking."""
    rules = [rule(intent, [f"intent: {intent}", *steps(actions)]) for intent, actions in ANSWERS.items()]
    return HEADER + "".join(rules)


def submit_rule(form: str) -> str:
    """What a filled form leads to."""
    lines = [f"action: {form}", "active_loop: null"]
    lines += [
        "slot_was_set:\n          - requested_slot: null",
        f"action: {SUBMIT[form]}",
    ]
    return rule(f"{form} is filled", lines, form)


def interruption_rule(form: str, intent: str) -> str:
    """What an intent leads to when the form could not use the message."""
    stays, actions = within(form, intent)
    lines = steps([*actions, form]) if stays else ["action: action_deactivate_loop", "active_loop: null", *steps(actions)]
    return rule(f"{intent} within {form}", [f"intent: {intent}", *lines], form)


def form_rules() -> str:
    """Filled forms and interruptions."""
    rules = [submit_rule(form) for form in SUBMIT]
    rules += [interruption_rule(form, intent) for form in SUBMIT for intent in ANSWERS]
    return HEADER + "".join(rules)


def main() -> int:
    """Write the files, or say which are out of date."""
    files = {"rules.yml": plain_rules(), "form_rules.yml": form_rules()}
    stale = [name for name, text in files.items() if not (DATA / name).exists() or (DATA / name).read_text("utf-8") != text]
    if "--check" in sys.argv:
        for name in stale:
            print(f"{name} is out of date: run python nlu/rules.py", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (DATA / name).write_text(files[name], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
