"""Runs migrations on the connection that `analytics.migrations.migrate` hands over."""

from alembic import context

from analytics.storage.rollup_tables import rollup_states

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=rollup_states.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
