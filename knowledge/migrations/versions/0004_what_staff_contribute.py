"""What staff contribute"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('disposals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=200), nullable=False),
    sa.Column('record_class', sa.String(length=40), nullable=False),
    sa.Column('before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=200), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposals'))
    )
    op.create_table('link_checks',
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('cause', sa.String(length=200), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('url', name=op.f('pk_link_checks'))
    )
    with op.batch_alter_table('link_checks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_checks_checked_at'), ['checked_at'], unique=False)

    op.create_table('contributions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('entry', sa.JSON(), nullable=True),
    sa.Column('entry_id', sa.String(length=60), nullable=True),
    sa.Column('area', sa.String(length=60), nullable=True),
    sa.Column('organisation', sa.String(length=120), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_contributions_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contributions'))
    )
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contributions_changed_at'), ['changed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_contributions_entry_id'), ['entry_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contributions_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contributions_state'), ['state'], unique=False)

    op.create_table('disposed',
    sa.Column('disposal_id', sa.Integer(), nullable=False),
    sa.Column('record', sa.String(length=200), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['disposal_id'], ['disposals.id'], name=op.f('fk_disposed_disposal_id')),
    sa.PrimaryKeyConstraint('disposal_id', 'record', name=op.f('pk_disposed'))
    )
    op.create_table('hidden',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=200), nullable=False),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_hidden_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_hidden'))
    )
    op.create_table('news',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=600), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_news_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_news')),
    sa.UniqueConstraint('key', name=op.f('uq_news_key'))
    )
    with op.batch_alter_table('news', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_news_person_id'), ['person_id'], unique=False)

    op.create_table('offers',
    sa.Column('id', sa.String(length=24), nullable=False),
    sa.Column('conversation_id', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.JSON(), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_offers_conversation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_offers_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offers'))
    )
    with op.batch_alter_table('offers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offers_conversation_id'), ['conversation_id'], unique=False)

    op.create_table('reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.String(length=60), nullable=False),
    sa.Column('text', sa.String(length=1000), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=1000), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_reports_entry_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_reports_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reports'))
    )
    with op.batch_alter_table('reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reports_answered_at'), ['answered_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_reports_entry_id'), ['entry_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reports_person_id'), ['person_id'], unique=False)

    op.create_table('contribution_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contribution_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=20), nullable=False),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contribution_id'], ['contributions.id'], name=op.f('fk_contribution_steps_contribution_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_contribution_steps_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contribution_steps'))
    )
    with op.batch_alter_table('contribution_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contribution_steps_contribution_id'), ['contribution_id'], unique=False)

    op.create_table('gaps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=4000), nullable=False),
    sa.Column('cause', sa.String(length=20), nullable=False),
    sa.Column('area', sa.String(length=60), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('asker', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contribution_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['contribution_id'], ['contributions.id'], name=op.f('fk_gaps_contribution_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gaps'))
    )
    with op.batch_alter_table('gaps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gaps_area'), ['area'], unique=False)
        batch_op.create_index(batch_op.f('ix_gaps_asked_at'), ['asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_gaps_contribution_id'), ['contribution_id'], unique=False)

    _move_proposals()
    with op.batch_alter_table('proposals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposals_status'))

    op.drop_table('proposals')
    with op.batch_alter_table('same_needs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sentence', sa.String(length=400), nullable=True))
        batch_op.add_column(sa.Column('person_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_same_needs_person_id'), ['person_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_same_needs_person_id'), 'people', ['person_id'], ['id'], ondelete='SET NULL')

    with op.batch_alter_table('interest_forms', schema=None) as batch_op:
        batch_op.add_column(sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_questions_interest_id'), type_='foreignkey')
        batch_op.alter_column('interest_id', existing_type=sa.Integer(), nullable=True)
        batch_op.create_index(batch_op.f('ix_questions_interest_id'), ['interest_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_questions_interest_id'), 'interests', ['interest_id'], ['id'], ondelete='SET NULL')



def downgrade() -> None:
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_questions_interest_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_questions_interest_id'))
        batch_op.alter_column('interest_id', existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(batch_op.f('fk_questions_interest_id'), 'interests', ['interest_id'], ['id'])

    with op.batch_alter_table('interest_forms', schema=None) as batch_op:
        batch_op.drop_column('replaced_at')

    with op.batch_alter_table('same_needs', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_same_needs_person_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_same_needs_person_id'))
        batch_op.drop_column('person_id')
        batch_op.drop_column('sentence')

    op.create_table('proposals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=4000), nullable=False),
    sa.Column('area', sa.String(length=60), nullable=True),
    sa.Column('organisation', sa.String(length=120), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposals'))
    )
    with op.batch_alter_table('proposals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposals_status'), ['status'], unique=False)

    with op.batch_alter_table('gaps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gaps_contribution_id'))
        batch_op.drop_index(batch_op.f('ix_gaps_asked_at'))
        batch_op.drop_index(batch_op.f('ix_gaps_area'))

    op.drop_table('gaps')
    with op.batch_alter_table('contribution_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contribution_steps_contribution_id'))

    op.drop_table('contribution_steps')
    with op.batch_alter_table('reports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reports_person_id'))
        batch_op.drop_index(batch_op.f('ix_reports_entry_id'))
        batch_op.drop_index(batch_op.f('ix_reports_answered_at'))

    op.drop_table('reports')
    with op.batch_alter_table('offers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_offers_conversation_id'))

    op.drop_table('offers')
    with op.batch_alter_table('news', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_news_person_id'))

    op.drop_table('news')
    op.drop_table('hidden')
    op.drop_table('disposed')
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contributions_state'))
        batch_op.drop_index(batch_op.f('ix_contributions_person_id'))
        batch_op.drop_index(batch_op.f('ix_contributions_entry_id'))
        batch_op.drop_index(batch_op.f('ix_contributions_changed_at'))

    op.drop_table('contributions')
    with op.batch_alter_table('link_checks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_checks_checked_at'))

    op.drop_table('link_checks')
    op.drop_table('disposals')


def _move_proposals() -> None:
    """Needs that were saved before they had an author become contributions of somebody who cannot be told."""
    connection = op.get_bind()
    proposals = sa.table('proposals', *map(sa.column, ('text', 'area', 'organisation', 'language', 'channel')), sa.column('saved_at', sa.DateTime(timezone=True)))
    people = sa.table('people', *map(sa.column, ('id', 'channel', 'tenant', 'external_id')))
    contributions = sa.table(
        'contributions',
        *map(sa.column, ('kind', 'state', 'area', 'organisation', 'person_id', 'language', 'channel', 'revision')),
        sa.column('fields', sa.JSON()), sa.column('created_at', sa.DateTime(timezone=True)), sa.column('changed_at', sa.DateTime(timezone=True)),
    )
    rows = connection.execute(sa.select(proposals)).all()
    if not rows:
        return
    unknown = {'channel': 'moved', 'tenant': '-', 'external_id': 'proposals'}
    connection.execute(people.insert().values(**unknown))
    author = connection.execute(sa.select(people.c.id).filter_by(**unknown)).scalar_one()
    for row in rows:
        connection.execute(contributions.insert().values(
            kind='challenge', state='in_review', fields={'today': row.text}, area=row.area, organisation=row.organisation, person_id=author,
            language=row.language, channel=row.channel, revision=1, created_at=row.saved_at, changed_at=row.saved_at,
        ))
