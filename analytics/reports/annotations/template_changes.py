"""The changes of one template, from WhatsApp's notices about it. Source: docs/numbers.md, "Health of a template".

Notices come in any order and may be repeated, and some never come: nothing here depends on that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from analytics.domain.templates import Category


class TemplateQuality(StrEnum):
    """WhatsApp's rating of a template; OTHER is a word that is not known here."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    UNKNOWN = "UNKNOWN"
    OTHER = "OTHER"


class TemplateStatus(StrEnum):
    """WhatsApp's status of a template; OTHER is a word that is not known here."""

    APPROVED = "APPROVED"
    PENDING = "PENDING"
    IN_APPEAL = "IN_APPEAL"
    PAUSED = "PAUSED"
    FLAGGED = "FLAGGED"
    LOCKED = "LOCKED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    DISABLED = "DISABLED"
    REJECTED = "REJECTED"
    ARCHIVED = "ARCHIVED"
    PENDING_DELETION = "PENDING_DELETION"
    DELETED = "DELETED"
    OTHER = "OTHER"


class ChangeKind(StrEnum):
    """The kinds of change."""

    QUALITY = "QUALITY"
    STATUS = "STATUS"
    CATEGORY = "CATEGORY"
    CATEGORY_ANNOUNCED = "CATEGORY_ANNOUNCED"


# Events after which a template can be sent again.
APPROVING = frozenset({"REINSTATED", "UNARCHIVED", "UNPAUSED", "UNLOCKED"})
UNPAUSE = "UNPAUSE"  # the title of a notice that a pause is over, whatever its event


class Notice(NamedTuple):
    """A notice as it is stored: words in upper case, times in microseconds."""

    at: int
    category: str | None = None
    status: str | None = None
    quality: str | None = None
    previous_quality: str | None = None
    previous_category: str | None = None
    announced_category: str | None = None
    reason: str | None = None
    title: str | None = None
    announced_for: int | None = None
    disabled_at: int | None = None


@dataclass(frozen=True)
class TemplateChange:
    """A change of a template at a time: from one value to another; `before` is None where it is not known.

    The values are names of `TemplateQuality`, `TemplateStatus` or `Category`. `reason` is WhatsApp's own word.
    `effective_at` is when an announced category, or a disabling, takes effect.
    """

    at: int
    kind: ChangeKind
    before: str | None
    after: str
    reason: str | None = None
    effective_at: int | None = None


@dataclass(frozen=True)
class TemplateHealth:
    """The newest quality and status that WhatsApp told of a template, None if it never did; its changes, oldest first.

    The changes are in the order of time, then of kind.
    """

    quality: TemplateQuality | None = None
    status: TemplateStatus | None = None
    changes: tuple[TemplateChange, ...] = ()


def status_of(word: str, title: str | None = None) -> TemplateStatus:
    """Return the status that an event leads to."""
    if title == UNPAUSE or word in APPROVING:
        return TemplateStatus.APPROVED
    return TemplateStatus.__members__.get(word, TemplateStatus.OTHER)


def quality_of(word: str) -> TemplateQuality:
    """Return the quality of WhatsApp's word."""
    return TemplateQuality.__members__.get(word, TemplateQuality.OTHER)


def health_of(notices: Iterable[Notice]) -> TemplateHealth:
    """Return the health of a template from all notices about it, in any order."""
    told = list(notices)
    qualities = _distinct(told, lambda n: n.quality and (n.at, n.quality, n.previous_quality))
    statuses = _distinct(told, lambda n: n.status and (n.at, n.status, n.title, n.reason, n.disabled_at))
    categories = _distinct(
        told,
        lambda n: (
            (n.category or n.announced_category)
            and (n.at, n.category, n.previous_category, n.announced_category, n.announced_for, n.status is not None)
        ),
    )
    changes = [*_qualities(qualities), *_statuses(statuses), *_categories(categories)]
    return TemplateHealth(
        quality_of(qualities[-1][1]) if qualities else None,
        status_of(*statuses[-1][1:3]) if statuses else None,
        tuple(sorted(changes, key=lambda change: (change.at, change.kind))),
    )


def _distinct(notices: Iterable[Notice], told: Callable[[Notice], Any]) -> list[tuple[Any, ...]]:
    """Return what notices tell of one thing, each once, by time; of one time by the values, nothing first."""
    return sorted({values for notice in notices if (values := told(notice))}, key=_order)


def _order(values: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [() if value is None else (value,) for value in values]


def _qualities(told: Iterable[tuple[Any, ...]]) -> Iterator[TemplateChange]:
    known: TemplateQuality | None = None
    for at, word, previous in told:
        # A notice that never came is not missed where the next one says what was before.
        before = known if previous is None else quality_of(previous)
        known = quality_of(word)
        if known != before:
            yield TemplateChange(at, ChangeKind.QUALITY, before, known)


def _statuses(told: Iterable[tuple[Any, ...]]) -> Iterator[TemplateChange]:
    known: TemplateStatus | None = None
    known_title = None
    for at, word, title, reason, disabled_at in told:
        status = status_of(word, title)
        # A second pause is a change, although what ended the first one was not told.
        if status != known or (title and title != known_title):
            yield TemplateChange(at, ChangeKind.STATUS, known, status, title or reason, disabled_at)
        known, known_title = status, title


def _categories(told: Iterable[tuple[Any, ...]]) -> Iterator[TemplateChange]:
    known: Category | None = None
    for at, word, previous, announced, announced_for, beside_status in told:
        if word is not None:
            before = known if previous is None else Category.of(previous)
            known = Category.of(word)
            # The first word is a change if the notice is about nothing else.
            if known != before and (before is not None or not (announced or beside_status)):
                yield TemplateChange(at, ChangeKind.CATEGORY, before, known)
        if announced is not None:
            category = Category.of(announced)
            yield TemplateChange(at, ChangeKind.CATEGORY_ANNOUNCED, known, category, None, announced_for)
