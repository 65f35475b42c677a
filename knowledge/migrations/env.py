"""Runs migrations on the connection that `Database.upgrade` hands over."""

from alembic import context

from knowledge import contribution_tables, installation_tables, interest_tables  # noqa: F401 - their tables register themselves
from knowledge.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
