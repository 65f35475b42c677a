"""Run by test_disposal.py as a process of its own: a disposal that dies at the start of its n-th statement.

Arguments: the URL of the database, the decision, and n.
"""

import os
import sys
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event

from knowledge import disposal
from knowledge.database import Database
from knowledge.disposal import Disposals
from tests.interest_world import OPERATOR

DIED = 9
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def main() -> None:
    """Dispose until the statement."""
    url, decision, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
    disposal.BATCH = 2
    database, begun = Database(url), 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def _count(*_arguments: Any) -> None:
        nonlocal begun
        begun += 1
        if begun == last:
            os._exit(DIED)

    Disposals(database, 21, lambda: LATER).dispose(OPERATOR, "interests", decision)


if __name__ == "__main__":
    main()
