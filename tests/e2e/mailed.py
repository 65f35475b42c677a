"""What the guide has mailed."""

import email
import email.policy
import re

from sqlalchemy import select

from bot.app import Guide
from knowledge.interest_tables import OutboxRow


def code_in_mail(guide: Guide, address: str) -> str:
    """Return the code in the newest mail to an address: on its way in the outbox, or arrived, where only the mail still has it."""
    newest = select(OutboxRow).where(OutboxRow.recipient == f"mailto:{address}", OutboxRow.kind.like("%.code"))
    with guide.database.reading() as session:
        row = session.scalars(newest.order_by(OutboxRow.id.desc()).limit(1)).one()
        if "code" in row.data:
            return str(row.data["code"])
    file = next((guide.settings.home / "outbox").glob(f"{row.id:06}-*.eml"))
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    found = re.search(r"(?<![\d-])\d{6}(?!\d)", mail.get_content())
    assert found
    return found.group()
