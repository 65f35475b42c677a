"""Where Slack is installed"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('installations',
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('tenant', sa.String(length=100), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=False),
    sa.Column('installed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'tenant', name=op.f('pk_installations'))
    )
    op.create_table('installation_states',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_installation_states'))
    )
    with op.batch_alter_table('installation_states', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_installation_states_issued_at'), ['issued_at'], unique=False)

    op.create_table('shareable',
    sa.Column('conversation_id', sa.String(length=36), nullable=False),
    sa.Column('id', sa.String(length=24), nullable=False),
    sa.Column('reply', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_shareable_conversation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('conversation_id', name=op.f('pk_shareable'))
    )


def downgrade() -> None:
    op.drop_table('shareable')
    with op.batch_alter_table('installation_states', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_installation_states_issued_at'))

    op.drop_table('installation_states')
    op.drop_table('installations')
