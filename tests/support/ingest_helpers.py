"""Events into a database, and out of it again, for tests of everything that reads them."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from analytics.domain.message_status import Status
from analytics.domain.time_zones import from_micros
from analytics.ingest.batch import apply_events
from analytics.ingest.events import AnyEvent, ContactChanged, TemplateNotice
from analytics.ingest.formats.event_parser import parse_event
from analytics.ingest.outcomes import Outcome
from analytics.storage.database import Database
from analytics.storage.rollup_tables import TABLES as ROLLUP_TABLES
from analytics.storage.rollup_tables import rollup_states
from analytics.storage.tables import figures, known_tenants, messages, metadata, replies
from tests.support.oracle import OracleMessage

Event = dict[str, Any]

# The events that come from webhooks only.
NOTICES: dict[str, type[TemplateNotice | ContactChanged]] = {
    "template.notice": TemplateNotice,
    "contact.changed": ContactChanged,
}


def parsed(event: Event) -> AnyEvent:
    """The event as ingest reads it."""
    notice = NOTICES.get(event["type"])
    return msgspec.convert(event, notice) if notice else parse_event(json.dumps(event))


async def feed(
    database: Database, tenant: str, events: Iterable[Event], batch: int = 1000, received_at: int = 0
) -> list[Outcome]:
    """Apply events in batches of a size; what became of each."""
    read = [parsed(event) for event in events]
    outcomes = []
    for start in range(0, len(read), batch):
        outcomes += await apply_events(database, tenant, read[start : start + batch], received_at)
    return outcomes


async def everything(database: Database, tenant: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of a tenant by table, without the tenant's id and without the table that has nothing else.

    Rollups and figures are left out, since they are completed later; so is the time at which waiting rows came or lost
    their message, which depends on the order of events.
    """
    async with database.read() as reader:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in await reader.rows(
                        select(*(c for c in table.c if c.name not in ("tenant_id", "received_at"))).where(
                            table.c.tenant_id == tenant
                        )
                    )
                ),
                key=str,
            )
            for table in metadata.sorted_tables
            if table not in (*ROLLUP_TABLES, rollup_states, figures, known_tenants)
        }


async def stored_messages(database: Database, tenant: str) -> dict[str, OracleMessage]:
    """A tenant's messages as the oracle has them, but for their category and language, which are a matter of names."""
    joined = (
        select(messages, replies.c.rule)
        .outerjoin(
            replies,
            (replies.c.tenant_id == tenant) & (replies.c.id == messages.c.reply_id),
        )
        .where(messages.c.tenant_id == tenant)
    )
    async with database.read() as reader:
        return {
            row.id: OracleMessage(
                id=row.id,
                sent_at=from_micros(row.sent_at),
                account_id=row.account_id,
                department_id=row.department_id,
                agent_id=row.agent_id,
                template_id=row.template_id,
                template_category="",
                template_language=None,
                status=Status(row.status).name,
                bounce_code=row.failed_code if row.status == Status.FAILED else None,
                replied_at=_moment(row.replied_at),
                reply_text=row.reply_text,
                reply_rule=row.rule,
                ticket_id=row.ticket_id,
                ticket_key=row.ticket_key,
                ticket_created=row.ticket_created,
                wamid=row.wamid,
                contact_phone=row.contact_phone,
                reply_kind=row.reply_kind,
                reply_button=row.reply_button,
                accepted_at=_moment(row.accepted_at),
                delivered_at=_moment(row.delivered_at),
                read_at=_moment(row.read_at),
                failed_at=_moment(row.failed_at),
            )
            for row in await reader.rows(joined)
        }


def _moment(at: int | None) -> datetime | None:
    return None if at is None else from_micros(at)
