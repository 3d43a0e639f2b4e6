"""Transactions whose work may be broken off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

# Seconds that a server has for canceling a statement that nobody waits for any more.
CANCEL_TIMEOUT = 1.0


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction, which is committed when the block ends without an error.

    A block that is canceled has its statement canceled too. On Citus that waits for the statement's node, which may
    hang; so does a server whose machine is gone. Then the connection is thrown away, and the block's end not held up.
    """
    canceled, timer = None, None
    try:
        async with engine.connect() as connection, connection.begin():
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                yield connection
            except asyncio.CancelledError as error:
                canceled = error
                if engine.dialect.name == "postgresql":
                    timer = asyncio.get_running_loop().call_later(CANCEL_TIMEOUT, driver.terminate)
                raise
    except SQLAlchemyError:
        if canceled is not None:
            raise canceled from None  # the canceling task awaits this
        raise
    finally:
        if timer is not None:
            timer.cancel()
