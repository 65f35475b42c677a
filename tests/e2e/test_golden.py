"""Whole conversations, word for word, through Rasa and the bot together.

Each file in `golden/` is a conversation: `> ` is what the person writes, the rest is what the guide must answer. After a change that
is meant, `REWRITE_GOLDEN=1 pytest tests/e2e/test_golden.py` writes the answers anew; read the difference before it is committed.
"""

import os
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete

from bot.app import Guide
from knowledge.contribution_tables import ContributionRow, ContributionStepRow, ReportRow
from tests.e2e.conftest import Talk

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _numbers_begin_anew(guide: Guide) -> None:
    """Let the first proposal of every conversation have number 1, whatever was told before it."""
    with guide.database.transaction() as session:
        for table in (ReportRow, ContributionStepRow, ContributionRow):
            session.execute(delete(table))


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
async def test_conversation_is_answered_word_for_word(file: Path, guide: Guide) -> None:
    """A conversation that was read and found good is answered the same way again."""
    expected = file.read_text("utf-8")
    language = file.stem.partition("-")[0]
    talk = Talk(guide, language)

    lines = [await talk.open()]
    for said in (line.removeprefix("> ") for line in expected.splitlines() if line.startswith(">")):
        lines += [f"> {said}", await talk.say(said)]
    actual = "\n\n".join(lines) + "\n"

    if os.environ.get("REWRITE_GOLDEN"):
        file.write_text(actual, "utf-8")
        pytest.skip("written anew")
    assert expected == actual
