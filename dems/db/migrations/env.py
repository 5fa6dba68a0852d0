"""How Alembic reaches the database: on the connection, and in the transaction, that `dems.db.migrate` hands it."""

from alembic import context

from dems.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
