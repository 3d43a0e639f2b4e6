"""Outages: errors of the database that say nothing about what was asked of it, so that it may be asked again."""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

# Classes of SQLSTATE: connections; a standby that only reads; who may connect, and to what; transactions that were in
# each other's way; memory, disk, connections; locks; shut down; the disk's errors. Source: PostgreSQL, appendix A.
TRANSIENT_SQLSTATE_CLASSES = frozenset({"08", "25", "28", "3D", "40", "53", "55", "57", "58"})
# A right, a table or a column that is not there: the database was not migrated yet. (On SQLite these are outages too.)
NOT_MIGRATED = frozenset({"42501", "42P01", "42703"})

# SQLite's file is damaged, or none of SQLite's: until it is restored.
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


# SQLite's codes may say more of the same in their higher bytes.
PRIMARY_CODE = 0xFF


def is_damage(error: BaseException | None) -> bool:
    """True for the driver's error that SQLite's file is damaged: nothing helps but a backup."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & PRIMARY_CODE in DAMAGED


def is_transient(error: BaseException) -> bool:
    """Return True if the database or the connection failed; any other error is the statement's own and would recur."""
    if isinstance(error, (OSError, NoConnection)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or isinstance(error, OperationalError):
        return True
    if is_damage(error.orig):
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state[:2] in TRANSIENT_SQLSTATE_CLASSES or state in NOT_MIGRATED
    # asyncpg's own errors have no state. Of a value that it cannot encode it says so with a ValueError.
    return isinstance(error, InterfaceError) and not isinstance(getattr(error.orig, "__cause__", None), ValueError)
