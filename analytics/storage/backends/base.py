"""The interface of a kind of database, over which `database` is written once. SQL differs in `dialects`."""

from typing import Any, NamedTuple, Protocol

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Engines(NamedTuple):
    """The engines of a database."""

    writer: AsyncEngine  # transactions that write
    single: AsyncEngine  # statements that are transactions by themselves
    reader: AsyncEngine  # reads of one moment
    observer: AsyncEngine  # the same, for those who ask how the service is


class Backend(Protocol):
    """A kind of database."""

    readers: int  # that may be open at a time
    is_server: bool  # False for a file: only one transaction writes at a time, and no part can fail to answer

    def open(self, url: str) -> Engines:
        """Create the engines of a URL; connects to nothing yet."""

    async def execute(self, connection: AsyncConnection, statement: Executable) -> CursorResult[Any]:
        """Run a statement; when its task is canceled, so is the statement."""

    async def use_streaming_mode(self, connection: AsyncConnection) -> None:
        """Keep nothing in memory of what a connection reads from now on."""

    async def lock(self, connection: AsyncConnection, name: str) -> None:
        """Wait until no other transaction holds the lock of this name."""

    async def lock_with_timeout(self, connection: AsyncConnection, name: str, seconds: float) -> bool:
        """Wait for a lock for so many seconds at most; True if it was taken."""

    async def try_lock(self, connection: AsyncConnection, name: str) -> bool:
        """Take a lock unless another transaction holds it; True if it was taken."""

    async def vacuum(self, engine: AsyncEngine) -> None:
        """Remove the remains of deleted rows from the disk, where the database does not do so by itself."""
