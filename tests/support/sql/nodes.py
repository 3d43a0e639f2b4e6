"""Nodes of a cluster that are dead or hang, imitated on plain PostgreSQL by company.

Whoever touches a row of a company that is away is told what Citus says of a node that it does not reach, or waits.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

import asyncpg

from analytics.storage.citus.distribution import distributed

REACHED = """
CREATE TABLE away (tenant_id text PRIMARY KEY, how text NOT NULL);
CREATE FUNCTION reached(tenant text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    SELECT how INTO found FROM away WHERE tenant_id = tenant;
    IF found = 'dead' THEN
        RAISE EXCEPTION 'connection to the remote node failed' USING ERRCODE = 'connection_failure';
    ELSIF found = 'hangs' THEN
        PERFORM pg_sleep(600);
    END IF;
    RETURN true;
END $$;
CREATE FUNCTION reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reached(NEW.tenant_id);
    RETURN NEW;
END $$;
"""
TABLE = """
ALTER TABLE {name} RENAME TO {name}_rows;
CREATE VIEW {name} AS SELECT * FROM {name}_rows WHERE reached(tenant_id);
CREATE TRIGGER reach BEFORE INSERT ON {name}_rows FOR EACH ROW EXECUTE FUNCTION reach();
"""


class How(StrEnum):
    """The behaviour of a node that is away, when it is asked."""

    DEAD = "dead"
    HANGS = "hangs"


class Nodes:
    """The nodes of a database's companies."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def lose(self, tenant: str, how: How) -> None:
        """Have the node of a company be away."""
        await self._connection.execute("INSERT INTO away VALUES ($1, $2)", tenant, how)

    async def find(self, tenant: str) -> None:
        """Have it back."""
        await self._connection.execute("DELETE FROM away WHERE tenant_id = $1", tenant)


@asynccontextmanager
async def nodes_of(url: str) -> AsyncIterator[Nodes]:
    """The imitated nodes of a migrated database."""
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"))
    try:
        await connection.execute(REACHED)
        for table in distributed():
            await connection.execute(TABLE.format(name=table.name))
        yield Nodes(connection)
    finally:
        await connection.close()
