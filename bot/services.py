"""What the conversation stands on, handed to every action."""

from dataclasses import dataclass
from typing import Self

from bot.settings import Settings
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.catalogue import Catalogue
from knowledge.contributions import Contributions
from knowledge.conversations import Conversations
from knowledge.currency import Currency
from knowledge.database import Database
from knowledge.drafts import Drafts
from knowledge.following import Following
from knowledge.gaps import Gaps
from knowledge.interest_lists import InterestLists
from knowledge.interests import Interests
from knowledge.own_interests import OwnInterests
from knowledge.ownership import Ownership
from knowledge.people import People
from knowledge.questions import Questions
from knowledge.reports import Reports
from knowledge.review import Review
from knowledge.stages import Stages
from knowledge.standing import Standing, standing_of
from knowledge.versions import Versions
from knowledge.voices import Voices


@dataclass(frozen=True, slots=True)
class Services:
    """The catalogue, the search over it, what people tell us, and the dialogue with companies."""

    settings: Settings
    database: Database
    catalogue: Catalogue
    search: Search
    areas: AreaFinder
    voices: Voices
    conversations: Conversations
    interests: Interests
    own_interests: OwnInterests
    drafts: Drafts
    questions: Questions
    following: Following
    stages: Stages
    versions: Versions
    people: People
    ownership: Ownership
    interest_lists: InterestLists
    contributions: Contributions
    review: Review
    reports: Reports
    gaps: Gaps
    currency: Currency

    @classmethod
    def over(cls, settings: Settings, database: Database, search: Search, areas: AreaFinder) -> Self:
        """Return every service over one database and one search."""
        return cls(
            settings,
            database,
            Catalogue(database),
            search,
            areas,
            Voices(database),
            Conversations(database),
            Interests(database),
            OwnInterests(database),
            Drafts(database),
            Questions(database),
            Following(database),
            Stages(database),
            Versions(database),
            People(database),
            Ownership(database),
            InterestLists(database),
            Contributions(database),
            Review(database),
            Reports(database),
            Gaps(database),
            Currency(database),
        )

    def standing(self, challenge: str) -> Standing:
        """Return how a challenge stands now; raise NotFoundError when there is none that a reader may see."""
        return standing_of(self.database, challenge)
