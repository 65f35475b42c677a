"""Where people are reached"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reachable',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('conversation', sa.String(length=400), nullable=False),
    sa.Column('service_url', sa.String(length=400), nullable=False),
    sa.Column('account', sa.String(length=200), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_reachable_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_reachable'))
    )
    with op.batch_alter_table('reachable', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reachable_heard_at'), ['heard_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('reachable', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reachable_heard_at'))

    op.drop_table('reachable')
