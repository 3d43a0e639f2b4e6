"""The health of a template, beside its numbers."""

from datetime import datetime

import strawberry

from analytics.domain.time_zones import Zone
from graphql_schema.enums import TemplateChangeKind, TemplateQuality, TemplateStatus
from resolvers import annotations

BEFORE = (
    "The value before, a word of `TemplateQuality`, `TemplateStatus` or `TemplateCategory`; null where it is not known."
)
AFTER = "The value from then on, a word of the same enum; of an announced category the one that it will have."
REASON = (
    "WhatsApp's own word for the reason: `FIRST_PAUSE`, `SECOND_PAUSE`, `INVALID_FORMAT`, …; null where it gave none."
)
EFFECTIVE_AT = "The time at which an announced category, or a disabling, takes effect; null where none was told."


@strawberry.type(description="A change of a template, told by WhatsApp.")
class TemplateChange:
    at: datetime = strawberry.field(description="The time at which WhatsApp told it.")
    kind: TemplateChangeKind = strawberry.field(description="The kind of change.")
    from_: str | None = strawberry.field(name="from", description=BEFORE)
    to: str = strawberry.field(description=AFTER)
    reason: str | None = strawberry.field(description=REASON)
    effective_at: datetime | None = strawberry.field(description=EFFECTIVE_AT)

    @staticmethod
    def from_domain(change: annotations.TemplateChange, zone: Zone) -> "TemplateChange":
        """Return a change with its times in a zone."""
        return TemplateChange(
            at=zone.aware(change.at),
            kind=change.kind,
            from_=change.before,
            to=change.after,
            reason=change.reason,
            effective_at=None if change.effective_at is None else zone.aware(change.effective_at),
        )


@strawberry.type(description="The health of a template at this moment, as far as WhatsApp's webhooks told of it.")
class TemplateHealth:
    quality: TemplateQuality | None = strawberry.field(description="The newest rating; null if none was told.")
    status: TemplateStatus | None = strawberry.field(description="The newest status; null if none was told.")
    history: list[TemplateChange] = strawberry.field(
        description=f"Its changes, the newest first; at most {annotations.MAX_HISTORY}."
    )

    @staticmethod
    def from_domain(health: annotations.TemplateHealth, zone: Zone) -> "TemplateHealth":
        """Return the health of a template with its times in a zone."""
        newest = health.changes[: -annotations.MAX_HISTORY - 1 : -1]
        return TemplateHealth(
            quality=health.quality,
            status=health.status,
            history=[TemplateChange.from_domain(change, zone) for change in newest],
        )
