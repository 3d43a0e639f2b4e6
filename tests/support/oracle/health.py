"""The history of a template, from all notices at once. § Health of a template."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from tests.support.oracle.local_time import parse_instant
from tests.support.oracle.statements import fold_versions, is_notice_of, known_category
from tests.support.oracle.values import Event, Fields

QUALITIES = {"GREEN", "YELLOW", "RED", "UNKNOWN"}
STATUSES = {
    "APPROVED", "PENDING", "IN_APPEAL", "PAUSED", "FLAGGED", "LOCKED", "LIMIT_EXCEEDED", "DISABLED", "REJECTED",
    "ARCHIVED", "PENDING_DELETION", "DELETED",
}  # fmt: skip
# What comes with a word, in the order in which two of one second are compared.
SAID = {
    "quality": ("quality", "previous_quality"),
    "status": ("status", "title", "reason", "disabled_at"),
    "category": ("category", "previous_category", "announced_category", "announced_for"),
}


class Change(NamedTuple):
    """A change: when, of which kind, from what to what, and why."""

    at: datetime
    kind: str
    before: str | None
    after: str
    reason: str | None = None


class History(NamedTuple):
    """The present health of a template, and its changes."""

    quality: str | None
    status: str | None
    changes: list[Change]


def history_of(events: Iterable[Event], id: str) -> History:
    """The history of one template."""
    told = list(events)
    directory: dict[str, list[tuple[datetime, Fields]]] = defaultdict(list)
    for event in told:
        if event["type"] == "template.upserted":
            at = parse_instant(event.get("updated_at") or event["at"])
            directory[event["template"]["id"]].append((at, event["template"]))
    newest = {
        key: fold_versions(sorted(versions, key=lambda version: version[0]))[-1][1]
        for key, versions in directory.items()
    }
    names = Counter(template.get("name") for template in newest.values())
    notices = [event for event in told if event["type"] == "template.notice" and is_notice_of(event, newest[id], names)]
    qualities = _told(notices, "quality")
    statuses = _told(notices, "status")
    changes = [*_qualities(qualities), *_statuses(statuses), *_categories(_told(notices, "category"))]
    return History(
        _quality(qualities[-1]["quality"]) if qualities else None,
        _status(statuses[-1]) if statuses else None,
        sorted(changes, key=lambda change: (change.at, change.kind)),
    )


def _told(notices: list[Event], kind: str) -> list[Fields]:
    """The statements of one kind, once each, by time; of one second and one naming only the greatest."""
    named: dict[Any, list[Event]] = defaultdict(list)
    for notice in notices:
        key = (parse_instant(notice["at"]), *(notice.get(name, "") for name in ("meta_id", "name", "language")))
        named[key].append(notice)
    said: list[Fields] = []
    for (at, *_), same in named.items():
        greatest = max(same, key=lambda notice: [_rank(notice.get(name)) for name in SAID[kind]])
        beside = any(notice.get("status") for notice in same) if kind == "category" else None
        said.append({"at": at, "beside": beside, **{name: greatest.get(name) for name in SAID[kind]}})
    telling = [fields for fields in said if fields[kind] or fields.get("announced_category")]
    distinct: list[Fields] = []
    order = SAID[kind] if kind != "category" else (*SAID[kind], "beside")
    for fields in sorted(telling, key=lambda fields: (fields["at"], [_rank(fields[name]) for name in order])):
        if fields not in distinct:
            distinct.append(fields)
    return distinct


def _rank(value: Any) -> tuple[bool, Any]:
    return value is not None, value if value is not None else ""


def _quality(word: str) -> str:
    return word if word in QUALITIES else "OTHER"


def _status(said: Fields) -> str:
    if said["title"] == "UNPAUSE" or said["status"] in ("REINSTATED", "UNARCHIVED", "UNPAUSED", "UNLOCKED"):
        return "APPROVED"
    return said["status"] if said["status"] in STATUSES else "OTHER"


def _qualities(told: list[Fields]) -> list[Change]:
    changes = []
    for number, said in enumerate(told):
        word, previous = said["quality"], said["previous_quality"]
        before = _quality(previous) if previous else _quality(told[number - 1]["quality"]) if number else None
        if before != _quality(word):
            changes.append(Change(said["at"], "QUALITY", before, _quality(word)))
    return changes


def _statuses(told: list[Fields]) -> list[Change]:
    changes = []
    for number, said in enumerate(told):
        last = told[number - 1] if number else None
        other_title = said["title"] and (last is None or said["title"] != last["title"])
        before = _status(last) if last else None
        if before != _status(said) or other_title:
            changes.append(Change(said["at"], "STATUS", before, _status(said), said["title"] or said["reason"]))
    return changes


def _categories(told: list[Fields]) -> list[Change]:
    changes, known = [], None
    for said in told:
        if said["category"]:
            before = known_category(said["previous_category"]) if said["previous_category"] else known
            known = known_category(said["category"])
            only_mentioned = before is None and (said["announced_category"] or said["beside"])
            if known != before and not only_mentioned:
                changes.append(Change(said["at"], "CATEGORY", before, known))
        if said["announced_category"]:
            announced = known_category(said["announced_category"])
            changes.append(Change(said["at"], "CATEGORY_ANNOUNCED", known, announced))
    return changes
