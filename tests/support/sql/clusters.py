"""Databases on a server, or on all machines of a Citus cluster: Citus knows its nodes by database."""

from collections.abc import Sequence

import asyncpg
from sqlalchemy import make_url


def nodes_named(setting: str) -> list[str]:
    """The nodes beside the coordinator, from `host:port` with commas between them. All have the coordinator's role."""
    return [node.strip() for node in setting.split(",") if node.strip()]


async def create_database(server_url: str, name: str, nodes: Sequence[str] = ()) -> None:
    """Create a database; with nodes, on each of them too, as a cluster. Without any, Citus has all shards on the one
    machine. Commits do not wait for its disk: no test cuts the power of PostgreSQL.
    """
    await _execute(server_url, f'CREATE DATABASE "{name}"')
    await _execute(server_url, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    if not nodes:
        return
    for node in nodes:
        await _execute(_on(server_url, node), f'CREATE DATABASE "{name}"')
        await _execute(_on(server_url, node, name), "CREATE EXTENSION citus")
    at = make_url(server_url)
    connection = await asyncpg.connect(at.set(database=name).render_as_string(hide_password=False))
    try:
        await connection.execute("CREATE EXTENSION citus")
        await connection.execute("SELECT citus_set_coordinator_host($1::text, $2::int)", at.host, at.port or 5432)
        for node in nodes:
            host, port = _place(node)
            await connection.execute("SELECT citus_add_node($1::text, $2::int)", host, port)
    finally:
        await connection.close()


async def drop_database(server_url: str, name: str, nodes: Sequence[str] = (), *, force: bool = False) -> None:
    """Drop a database; with nodes, on each of them too."""
    statement = f'DROP DATABASE IF EXISTS "{name}" {"WITH (FORCE)" if force else ""}'
    for url in (server_url, *(_on(server_url, node) for node in nodes)):
        await _execute(url, statement)


def _on(server_url: str, node: str, database: str | None = None) -> str:
    """The URL of a node, with the role of the coordinator's."""
    host, port = _place(node)
    url = make_url(server_url).set(host=host, port=port)
    return (url if database is None else url.set(database=database)).render_as_string(hide_password=False)


def _place(node: str) -> tuple[str, int]:
    host, _, port = node.rpartition(":")
    return host, int(port)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
