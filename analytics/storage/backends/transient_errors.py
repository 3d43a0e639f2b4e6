"""Transient errors: outages of the database, which are not the fault of the statement, so that it may be repeated."""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

# Classes of SQLSTATE: connections; a read-only standby; permission to connect; conflicting transactions; memory, disk
# and number of connections; locks; shutdown; errors of the disk. Source: PostgreSQL, appendix A.
TRANSIENT_SQLSTATE_CLASSES = frozenset({"08", "25", "28", "3D", "40", "53", "55", "57", "58"})
# A missing right, table or column: the database was not migrated yet. (On SQLite these count as outages too.)
NOT_MIGRATED = frozenset({"42501", "42P01", "42703"})

# SQLite's file is damaged, or not an SQLite file: no statement can succeed until it is restored.
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


# SQLite's extended codes have the primary code in the lowest byte.
PRIMARY_CODE = 0xFF


def is_damage(error: BaseException | None) -> bool:
    """Return True for the driver's error that SQLite's file is damaged: only restoring a backup helps."""
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
    # asyncpg's own errors have no SQLSTATE; its error for a value that it cannot encode is a ValueError.
    return isinstance(error, InterfaceError) and not isinstance(getattr(error.orig, "__cause__", None), ValueError)
