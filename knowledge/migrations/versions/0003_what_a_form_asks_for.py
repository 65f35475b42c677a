"""What a form asks for"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('asked', sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column('said', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('private', sa.JSON(), nullable=True))

    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('person_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_drafts_person_id'), ['person_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_drafts_person_id_people'), 'people', ['person_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_drafts_person_id_people'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_drafts_person_id'))
        batch_op.drop_column('person_id')

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('private')
        batch_op.drop_column('said')
        batch_op.drop_column('asked')
