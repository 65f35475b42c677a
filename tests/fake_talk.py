"""A guide that answers without Rasa: what it says back shows what it heard."""

from collections.abc import Callable, Mapping

from bot.interaction import Interaction
from bot.replies import Choice, Reply, Text
from bot.whole_forms import Field, FormName, WholeForm

WELCOME = "Hej! Jag är en AI-assistent."
FORM = WholeForm(
    "challenge",
    "about-1",
    "Föreslå en utmaning",
    ("En redaktör läser det först.",),
    (Field("title", "Vad ska den heta?", "line", required=True),),
    "Skicka",
)


class FakeTalk:
    """Says back what it hears, each event once; `answer` can be replaced."""

    def __init__(self) -> None:
        self.heard: list[Interaction] = []
        self.sent_forms: list[tuple[str, str, dict[str, str]]] = []
        self.taken: dict[str, str] | list[Reply] = [said("Tack, förslaget är sparat.")]
        self.answer: Callable[[Interaction], list[Reply]] = lambda heard: [said(f"Du sa: {heard.text or heard.choice or heard.intent}")]
        self._seen: set[str] = set()
        self._met: set[str] = set()
        self._labels: dict[str, str] = {}

    async def turn(self, interaction: Interaction) -> list[Reply]:
        """Answer, and remember what was heard."""
        if not await self.is_new(interaction):
            return []
        self.heard.append(interaction)
        is_first = interaction.conversation not in self._met
        self._met.add(interaction.conversation)
        welcome = [said(WELCOME)] if is_first and interaction.intent == "open" else []
        replies = welcome if interaction.intent == "open" else self.answer(interaction)
        self._labels |= {choice.id: choice.label for reply in replies for choice in reply.choices}
        return replies

    async def opened(self, interaction: Interaction) -> WholeForm | list[Reply] | None:
        """Open a form for the choice `form`, refuse `locked`, and open none for all else."""
        if interaction.choice == "form":
            return FORM
        return [said("Det går inte att anmäla längre.")] if interaction.choice == "locked" else None

    async def opened_again(self, _interaction: Interaction, _form: FormName, _about: str) -> WholeForm | list[Reply]:
        """Open the form again."""
        return FORM

    async def sent(self, _interaction: Interaction, form: FormName, about: str, values: Mapping[str, str]) -> dict[str, str] | list[Reply]:
        """Take a form in as `taken` says."""
        self.sent_forms.append((form, about, dict(values)))
        if isinstance(self.taken, Exception):
            raise self.taken
        return self.taken

    async def offer(self, _interaction: Interaction, choice: Choice) -> Choice:
        """Give every choice the id of the form."""
        return choice.model_copy(update={"id": "form"})

    async def label(self, interaction: Interaction) -> str:
        """Return the words on a choice of the answers."""
        return self._labels.get(interaction.choice, "")

    async def language(self, _interaction: Interaction) -> str:
        """Speak Swedish."""
        return "sv"

    async def is_new(self, interaction: Interaction) -> bool:
        """Tell whether an event is new."""
        is_new = interaction.event_id not in self._seen
        self._seen.add(interaction.event_id)
        return is_new


def said(words: str) -> Reply:
    """Return an answer of one paragraph."""
    return Reply(elements=(Text(text=words),))
