"""Alembic's tree, one for both dialects, and the function that brings a database up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url

from analytics.database import Database


async def migrate(database: Database) -> None:
    """Bring a database to the newest version, creating it where there is none."""
    path = make_url(database.url).database
    if make_url(database.url).get_backend_name() == "sqlite" and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    await database.run_sync(upgrade)


def upgrade(connection: Connection) -> None:
    """Run the migrations that a connection's database does not have yet."""
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for this tree, bound to an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
