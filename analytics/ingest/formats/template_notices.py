"""WhatsApp's webhooks about templates, read into notices: their category, status and quality.

Source: Meta's webhook reference (fields `template_category_update`, `message_template_status_update`,
`message_template_quality_update`). A notice is made of whatever can be read of it: an odd word must not lose the rest.
"""

from datetime import date, datetime
from typing import Any

import msgspec

from analytics.domain.time_zones import FIRST_DAY, LAST_DAY
from analytics.ingest.events import InvalidEventError, TemplateNotice
from analytics.ingest.formats.unix_time import parse_time

NOTICE_FIELDS = frozenset(
    {"template_category_update", "message_template_status_update", "message_template_quality_update"}
)
MAX_WORD_LENGTH = 64  # characters of Meta's words, which have some twenty
# Words for a reason that is none.
NO_REASON = frozenset({"NONE", "NA", "N/A", "NULL"})


def read_notice(value: dict[str, Any], entry: dict[str, Any]) -> TemplateNotice:
    """Read one of `NOTICE_FIELDS`; the time of a notice is its entry's. Raises `InvalidEventError`, KeyError."""
    reason = _word(value.get("reason"))
    return msgspec.convert(
        {
            "type": "template.notice",
            "at": parse_time(entry["time"]),
            "meta_id": _text(value.get("message_template_id")),
            "name": _text(value.get("message_template_name")),
            # Notices say `en-US` where sends and directories say `en_US`.
            "language": _text(value.get("message_template_language")).replace("-", "_"),
            # A day ahead of a change `new_category` is the category that the template still has, and
            # `correct_category` the one that it will have.
            "category": _word(value.get("new_category")) or _word(value.get("message_template_category")),
            "previous_category": _word(value.get("previous_category")),
            "announced_category": _word(value.get("correct_category")),
            "announced_for": _time_or_none(value.get("category_update_timestamp")),
            "status": _word(value.get("event")),
            "reason": None if reason in NO_REASON else reason,
            "title": _word(_inside(value, "other_info", "title")),
            "disabled_at": _time_or_none(_inside(value, "disable_info", "disable_date")),
            "quality": _word(value.get("new_quality_score")),
            "previous_quality": _word(value.get("previous_quality_score")),
        },
        TemplateNotice,
    )


def _inside(value: dict[str, Any], holder: str, name: str) -> Any:
    inner = value.get(holder)
    return inner.get(name) if isinstance(inner, dict) else None


def _text(value: Any) -> str:
    """Return a text, or a number as text: ids are written as both."""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _word(value: Any) -> str | None:
    """Return one of Meta's words in upper case; None for no word."""
    return _text(value).strip().upper()[:MAX_WORD_LENGTH] or None


def _time_or_none(seconds: Any) -> datetime | None:
    """Return a time of the calendar that can be stored, else None."""
    try:
        at = parse_time(seconds)
    except InvalidEventError:
        return None
    return at if FIRST_DAY < date(at.year, at.month, at.day) < LAST_DAY else None
