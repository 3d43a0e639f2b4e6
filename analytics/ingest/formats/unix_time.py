"""Times of webhooks: unix seconds, as a number or as text."""

from datetime import UTC, datetime
from typing import Any

from analytics.ingest.events import InvalidEventError

MAX_QUOTED_LENGTH = 40  # characters of an invalid time in an error; a body may hold millions


def parse_time(seconds: Any) -> datetime:
    """Return the time of unix seconds. Raises `InvalidEventError`."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        quoted = repr(seconds)[:MAX_QUOTED_LENGTH]
        raise InvalidEventError("INVALID_BODY", f"{quoted} is no time in unix seconds.") from None
