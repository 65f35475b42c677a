"""What people tell us: that they have the same need, whether an answer helped, and needs that nobody has described."""

from collections.abc import Sequence

from sqlalchemy import func, select

from knowledge.database import Database
from knowledge.errors import RefusedError
from knowledge.masking import mask
from knowledge.tables import AuditRow, EntryRow, FeedbackRow, ProposalRow, SameNeedRow

_LONGEST_TEXT = 4000
_LONGEST_REASON = 1000
_LONGEST_NAME = 120


class Voices:
    """Stores what people tell us; texts are masked before they are stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def same_need(self, challenge: str, organisation: str, channel: str) -> tuple[int, bool]:
        """Count `organisation` among those that have `challenge` too, once.

        Returns:
            How many organisations have said so, and whether this one was new.

        Raises:
            RefusedError: the organisation has no name, or the challenge does not exist.
        """
        name = _name(organisation)
        if not name:
            raise RefusedError("organisation_missing")
        with self._database.transaction() as session:
            # Locked: two who speak for the same organisation at once are counted one after the other.
            row = session.get(EntryRow, challenge, with_for_update=True)
            if row is None or row.kind != "challenge":
                raise RefusedError("no_such_challenge", id=challenge)
            said = session.scalars(select(SameNeedRow.organisation).where(SameNeedRow.challenge_id == challenge)).all()
            new = name.casefold() not in {each.casefold() for each in said}
            if new:
                session.add(SameNeedRow(challenge_id=challenge, organisation=name))
                session.add(AuditRow(actor=name, channel=channel, action="same_need", subject=challenge))
        return len(said) + new, new

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

    def propose(self, text: str, area: str | None, organisation: str, language: str, channel: str) -> int:
        """Store a need for review; return its number."""
        name = _name(organisation)
        row = ProposalRow(text=mask(text)[:_LONGEST_TEXT], area=area, organisation=name or None, language=language, channel=channel)
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            session.add(AuditRow(actor=name or "?", channel=channel, action="proposal.saved", subject=str(row.id)))
            return row.id


def _name(organisation: str) -> str:
    return mask(" ".join(organisation.split()))[:_LONGEST_NAME]
