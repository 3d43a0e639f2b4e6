"""Locks on whole tables: a change of a table waits for those who read it, and all who come later wait behind it.

So whoever needs one gives up after a moment, lets the others pass, and tries again for some minutes.
"""

LOCK_TIMEOUT = "3s"
LOCK_PAUSE = 3.0  # seconds
LOCK_ATTEMPTS = 20  # two minutes
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code for it


class TablesLockedError(Exception):
    """Others use the tables for so long that they cannot be changed without keeping everybody waiting."""
