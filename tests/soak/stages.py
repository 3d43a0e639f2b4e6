"""The servers that a soak runs on: an empty database, and with PostgreSQL a broker."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import asyncpg

from tests.conftest import POSTGRESQL
from tests.support.brokers import URLS


class Stage(NamedTuple):
    """The URLs of a database, and of a broker if there is one."""

    database: str
    broker: str | None


@contextmanager
def stage(database: str, folder: Path) -> Iterator[Stage]:
    """SQLite alone, or PostgreSQL with Redis; gone in the end."""
    if database == "sqlite":
        yield Stage(f"sqlite+aiosqlite:///{folder / 'embudo.db'}", None)
        return
    name = f"embudo_soak_{uuid4().hex}"
    asyncio.run(_on_server(f'CREATE DATABASE "{name}"'))
    try:
        url = POSTGRESQL.rpartition("/")[0].replace("postgresql://", "postgresql+asyncpg://")
        yield Stage(f"{url}/{name}", f"{URLS['redis']}?namespace={name}")
    finally:
        asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _on_server(statement: str) -> None:
    server = await asyncpg.connect(POSTGRESQL)
    try:
        await server.execute(statement)
    finally:
        await server.close()
