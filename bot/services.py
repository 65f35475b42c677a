"""What the conversation stands on, handed to every action."""

from dataclasses import dataclass

from bot.settings import Settings
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.catalogue import Catalogue
from knowledge.conversations import Conversations
from knowledge.voices import Voices


@dataclass(frozen=True, slots=True)
class Services:
    """The catalogue, the search over it, and what people tell us."""

    settings: Settings
    catalogue: Catalogue
    search: Search
    areas: AreaFinder
    voices: Voices
    conversations: Conversations
