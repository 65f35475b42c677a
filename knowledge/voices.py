"""What people tell us: that they have the same need, and whether an answer helped."""

from collections.abc import Sequence

from sqlalchemy import func, select

from knowledge.database import Database
from knowledge.errors import RefusedError
from knowledge.joint_needs import needs_of, tell_of_joint_need
from knowledge.masking import mask
from knowledge.people import Person, person_id
from knowledge.plain_text import one_line
from knowledge.swedish_time import Clock
from knowledge.tables import AuditRow, EntryRow, FeedbackRow, SameNeedRow, now

_LONGEST_TEXT = 4000
_LONGEST_REASON = 1000
_LONGEST_NAME = 120
LONGEST_SENTENCE = 400


class Voices:
    """Stores what people tell us; texts are masked before they are stored."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def same_need(
        self,
        challenge: str,
        organisation: str,
        channel: str,
        *,
        person: Person | None = None,
        sentence: str = "",
        threshold: int = 3,
    ) -> tuple[int, bool]:
        """Count `organisation` among those that have `challenge` too, once, with a sentence (masked) on how it shows there.

        A sentence can come later than the count: it is taken from whoever counted, and from anybody where there is none. When
        `threshold` organisations have said so, the owner, all who have said so and the administrators hear, once for a challenge, that a
        joint challenge is ripe.

        Returns:
            How many organisations have said so, and whether this one was new.

        Raises:
            RefusedError: the organisation has no name, the challenge does not exist, or the sentence is over 400 characters.
        """
        name, said = _name(organisation), _sentence(sentence)
        if not name:
            raise RefusedError("organisation_missing")
        at = self._clock()
        with self._database.transaction() as session:
            # Locked: two who speak for the same organisation at once are counted one after the other.
            row = session.get(EntryRow, challenge, with_for_update=True)
            if row is None or row.kind != "challenge":
                raise RefusedError("no_such_challenge", id=challenge)
            known = {each.organisation.casefold(): each for each in needs_of(session, challenge)}
            who = person_id(session, person) if person else None
            before = known.get(name.casefold())
            if before is None:
                session.add(SameNeedRow(challenge_id=challenge, organisation=name, sentence=said or None, person_id=who, said_at=at))
                session.add(AuditRow(at=at, actor=name, channel=channel, action="same_need", subject=challenge))
            elif said and (before.sentence is None or before.person_id == who):
                before.sentence = said
            count = len(known) + (before is None)
            if count >= threshold:
                tell_of_joint_need(session, row, at)
        return count, before is None

    def same_needs(self, challenge: str) -> int:
        """Return how many organisations have said that they have `challenge` too."""
        with self._database.reading() as session:
            count = select(func.count()).where(SameNeedRow.challenge_id == challenge)
            return session.scalar(count) or 0

    def feedback(self, conversation: str, question: str, shown: Sequence[str], *, useful: bool) -> int:
        """Store whether an answer helped; return the number of the row, for `explain`."""
        row = FeedbackRow(conversation_id=conversation, question=mask(question)[:_LONGEST_TEXT], shown=list(shown), useful=useful)
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            return row.id

    def explain(self, feedback: int, reason: str) -> None:
        """Add why an answer helped or did not."""
        with self._database.transaction() as session:
            row = session.get(FeedbackRow, feedback)
            if row is not None:
                row.reason = mask(reason)[:_LONGEST_REASON]


def _sentence(sentence: str) -> str:
    clean = mask(one_line(sentence))
    if len(clean) > LONGEST_SENTENCE:
        raise RefusedError("text_too_long", field="sentence", most=LONGEST_SENTENCE, length=len(clean))
    return clean


def _name(organisation: str) -> str:
    return mask(" ".join(organisation.split()))[:_LONGEST_NAME]
