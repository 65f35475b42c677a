"""The main screens in Slack, as JSON for draw.mjs: what is shown of the catalogue is the tests' own."""

import json
from typing import Any

from bot.answers import challenge_card, details, reply, speaker
from bot.channels.slack.home import Home, Item, Preference, render_home
from bot.channels.slack.modal import render_modal
from bot.channels.slack.render import Caps, render_messages
from bot.replies import Choice, Reply, Text
from bot.settings import ROOT
from bot.texts import text
from bot.whole_forms.form import Field, WholeForm
from index.passages import Passage
from knowledge.catalogue import Challenge, Solution
from knowledge.entry_files import ChallengeFile, SolutionFile, read_folder

_SAY = speaker("sv")


def main() -> None:
    """Write every screen to standard output."""
    entries, _ = read_folder(ROOT / "tests" / "fixtures" / "catalogue")
    files = [each.entry for each in entries]
    solutions = [Solution(file, "published") for file in files if isinstance(file, SolutionFile)]
    challenges = {file.id: Challenge(file, "published", ()) for file in files if isinstance(file, ChallengeFile)}
    screens = [*_results(challenges, solutions), *_details(challenges, solutions), _form(), _review(), _home(challenges)]
    print(json.dumps(screens, ensure_ascii=False))


def _results(challenges: dict[str, Challenge], solutions: list[Solution]) -> list[dict[str, Any]]:
    shown = ("nattbesok-vacker", "nycklar-i-hemtjansten", "missad-medicin-hemma")
    cards = [
        challenge_card(
            _SAY,
            number,
            challenges[name],
            [each for each in solutions if name in each.challenges],
            Passage(name, "text", "sv", challenges[name].entry.problem),
        )
        for number, name in enumerate(shown, 1)
    ]
    labels = ("show_one", "show_one", "show_one", "more_results", "me_too", "change_area", "useful_yes", "useful_no", "start_over")
    answer = reply(Text(text=_SAY("answer.match")), Text(text=_SAY("answer.guessed_area", area="Äldreomsorg och hemtjänst")), *cards)
    answer = answer.model_copy(update={"choices": _choices(*labels)})
    return [_screen("results", answer, "new", 1900), _screen("results-classic", answer, "classic", 1900)]


def _details(challenges: dict[str, Challenge], solutions: list[Solution]) -> list[dict[str, Any]]:
    challenge = challenges["nattbesok-vacker"]
    card = details(_SAY, challenge, [each for each in solutions if challenge.entry.id in each.challenges], 3)
    answer = reply(card, choices=_choices("show_solutions", "me_too", "register_interest", "start_over"))
    solution = next(each for each in solutions if each.entry.results)
    second = reply(details(_SAY, solution, [], 0), choices=_choices("me_too", "useful_yes", "useful_no", "start_over"))
    return [_screen("details", answer, "new", 1100), _screen("solution", second, "new", 900)]


def _form() -> dict[str, Any]:
    form = WholeForm(
        "interest",
        "nattbesok-vacker",
        "Anmäl intresse",
        (_SAY("legal.early_dialogue"), "Det ni skriver kan vara allmän handling."),
        (
            Field("company", "Företag", "line", required=True),
            Field("email", "E-post", "email", required=True, hint="Dit skickas kvitto och besked."),
            Field("phone", "Telefon", "phone", required=False),
            Field("kind", "Erbjudande", "choice", required=True, options=(("service", "Tjänst"), ("product", "Produkt"))),
            Field("message", "Meddelande", "text", required=False, hint="Högst 1 000 tecken, inga affärshemligheter.", longest=1000),
            Field("notify", "Vill ni ha besked när något händer?", "yes_no", required=True),
        ),
        "Skicka",
    )
    return _view("form", render_modal(form, where="-"), 1000)


def _review() -> dict[str, Any]:
    form = WholeForm(
        "review",
        "7",
        "Granska förslag",
        ("Skickat 2026-11-23 från Höörs kommun, Äldreomsorg och hemtjänst.", "Saknas: vad det leder till."),
        (
            Field("title", "Rubrik", "line", required=True, value="Ingen kan hoppa in när någon blir sjuk"),
            Field("problem", "Vad händer i dag?", "text", required=True, value="Vi ringer runt efter vikarier varje morgon."),
            Field("consequence", "Vad leder det till?", "text", required=True),
            Field("decision", "Beslut", "choice", required=True, options=(("approve", "Godkänn"), ("return", "Skicka tillbaka"))),
            Field("comment", "Kommentar till den som skrev", "text", required=False),
        ),
        "Spara beslutet",
    )
    return _view("review", render_modal(form, {"consequence": "Skriv minst en mening."}, where="-"), 1000)


def _home(challenges: dict[str, Challenge]) -> dict[str, Any]:
    titles = [each.entry.title for each in challenges.values()]
    see, stop = Choice(label="Visa", intent="show_one", id="1"), Choice(label="Sluta följa", intent="unfollow", id="2")
    home = Home(
        language="sv",
        start=_choices("start_guided", "propose", "browse_open"),
        follows=[Item(titles[0], "varje dag, här i Slack", stop)],
        interests=[],
        open_challenges=[Item(title, "Höörs kommun · öppen utmaning · senast 2027-01-15", see) for title in titles[1:8]],
        queue=[Item(titles[8], "Utmaning · Höörs kommun · skickad 2026-11-23", Choice(label="Granska", intent="review_one", id="3"))],
        languages=Preference([Choice(label=text("sv", f"language.{each}"), intent="language", id=each) for each in ("sv", "en", "fi")], 0),
        areas=Preference([Choice(label="Äldreomsorg och hemtjänst", intent="area", id="a")]),
    )
    return _view("home", render_home(home), 880)


def _choices(*intents: str) -> tuple[Choice, ...]:
    labels = (
        _SAY("choice.details", number=number) if each == "show_one" else _SAY(f"choice.{each}") for number, each in enumerate(intents, 1)
    )
    return tuple(
        Choice(label=label, intent=intent, id=f"id{number}") for number, (label, intent) in enumerate(zip(labels, intents, strict=True))
    )


def _screen(name: str, answer: Reply, caps: Caps, height: int) -> dict[str, Any]:
    return {"name": name, "height": height, "messages": render_messages(answer, caps=caps)}


def _view(name: str, view: dict[str, Any], height: int) -> dict[str, Any]:
    words = {part: view[part]["text"] for part in ("title", "submit", "close") if part in view}
    return {"name": name, "height": height, "messages": [{"blocks": view["blocks"]}]} | words


if __name__ == "__main__":
    main()
