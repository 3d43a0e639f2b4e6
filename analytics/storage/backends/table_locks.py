"""Locks on whole tables: a change of a table waits for its readers, and everybody who comes later waits behind it.

So code that needs one gives up after a moment, lets the others pass, and tries again for some minutes.
"""

LOCK_TIMEOUT = "3s"
LOCK_PAUSE = 3.0  # seconds
LOCK_ATTEMPTS = 20  # two minutes
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code for it


class TablesLockedError(Exception):
    """Others used the tables for the whole time of all tries, so that they could not be changed."""
