"""The directory: the company's settings, its departments, agents, accounts and templates, and who belongs where.

An upsert is a version, in force from its `updated_at` (or `at`). Two versions of one time merge field by field.
Source: semantics, "State is a pure function of the set of events" and "Names".
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Table, func, select

from analytics.database import Reader, Writer
from analytics.ingest.attribution import Accounts
from analytics.ingest.events import (
    AccountUpserted,
    AgentUpserted,
    AnyEvent,
    DepartmentUpserted,
    MemberAdded,
    MemberRemoved,
    MessageReply,
    MessageSent,
    MessageStatus,
    StatusError,
    TemplateNotice,
    TemplateUpserted,
    TenantUpserted,
)
from analytics.ingest.rows import greatest
from analytics.sqltypes import one_of
from analytics.tables import (
    accounts,
    agents,
    departments,
    error_titles,
    members,
    template_notices,
    templates,
    tenants,
)
from analytics.zones import instant

DEFAULT_REPLY_WINDOW_DAYS = 7


class Change(NamedTuple):
    """One thing that an event says: where it belongs, what it is known by, when it was said, what it says."""

    table: Table
    key: tuple[Any, ...]
    at: int
    values: dict[str, Any]


class Keeping(NamedTuple):
    """How a table keeps what is said."""

    key: tuple[str, ...]
    versions: bool  # all that was said, by time; else only the newest


KEEPING = {
    tenants: Keeping((), versions=False),
    departments: Keeping(("id",), versions=True),
    agents: Keeping(("id",), versions=True),
    accounts: Keeping(("id",), versions=True),
    templates: Keeping(("id",), versions=True),
    template_notices: Keeping(("meta_id", "name", "language"), versions=True),
    members: Keeping(("user_id", "department_id"), versions=False),
    error_titles: Keeping(("code",), versions=False),
}
_ENTITIES: dict[type, tuple[Table, str]] = {
    DepartmentUpserted: (departments, "department"),
    AgentUpserted: (agents, "agent"),
    AccountUpserted: (accounts, "account"),
    TemplateUpserted: (templates, "template"),
}


class Settings(NamedTuple):
    """What ingest needs to know of a company."""

    time_zone: str
    reply_window_days: int
    accounts: Accounts


def change_of(event: AnyEvent) -> Change | None:
    """What an event says of the directory, if anything."""
    key: tuple[str, ...]
    match event:
        case TenantUpserted():
            said = {
                "time_zone": event.time_zone,
                "name": event.name,
                "reply_window_days": event.reply_window_days,
            }
            return Change(tenants, (), event.stated_at, said)
        case DepartmentUpserted() | AgentUpserted() | AccountUpserted() | TemplateUpserted():
            table, field = _ENTITIES[type(event)]
            values = msgspec.structs.asdict(getattr(event, field))
            values["active"] = True if values["active"] is None else values["active"]
            if values.get("category"):
                values["category"] = values["category"].upper()
            return Change(table, (values.pop("id"),), event.stated_at, values)
        case TemplateNotice():
            key = (event.meta_id, event.name, event.language)
            values = {"category": event.category, "status": event.status}
            return Change(template_notices, key, instant(event.at), values)
        case MemberAdded():
            key = (event.user_id, event.department_id)
            return Change(members, key, instant(event.at), {"present": True})
        case MemberRemoved():
            key = (event.user_id, event.department_id)
            return Change(members, key, instant(event.at), {"present": False})
        case MessageStatus(status="failed", error=StatusError(code=int() as code, title=str() as title)):
            return Change(error_titles, (code,), instant(event.at), {"title": title})
        case _:
            return None


async def keep(writer: Writer, tenant: str, changes: Sequence[Change]) -> list[bool]:
    """Write down what is said; for each change whether it changed anything."""
    outcome = [False] * len(changes)
    for table in KEEPING:
        numbered = [(n, change) for n, change in enumerate(changes) if change.table is table]
        if numbered:
            changed = await _keep_in(writer, tenant, table, [change for _, change in numbered])
            for (n, _), result in zip(numbered, changed, strict=True):
                outcome[n] = result
    return outcome


async def _keep_in(writer: Writer, tenant: str, table: Table, changes: list[Change]) -> list[bool]:
    keeping = KEEPING[table]
    time = "described_at" if table is tenants else "at"
    names = [column.name for column in table.columns if column.name not in ("tenant_id", *keeping.key, time)]
    statement = select(*(table.c[name] for name in (*keeping.key, time, *names))).where(table.c.tenant_id == tenant)
    if keeping.key:
        first = keeping.key[0]
        statement = statement.where(one_of(table.c[first], {change.key[0] for change in changes}))
    size = len(keeping.key)
    known: dict[tuple[Any, ...], tuple[int, tuple[Any, ...]]] = {}
    for row in await writer.rows(statement):
        key, at = tuple(row[:size]), row[size]
        known[(*key, at) if keeping.versions else key] = (at, tuple(row[size + 1 :]))
    outcome, written = [], set()
    for change in changes:
        key = (*change.key, change.at) if keeping.versions else change.key
        said = (change.at, tuple(change.values[name] for name in names))
        merged = merge(known.get(key), said, lowest=table is members)
        outcome.append(merged != known.get(key))
        if outcome[-1]:
            known[key] = merged
            written.add(key)
    await writer.upsert(
        table,
        ("tenant_id", *keeping.key, time, *names),
        ((tenant, *key[:size], *_flat(known[key])) for key in sorted(written, key=str)),
    )
    return outcome


Said = tuple[int, tuple[Any, ...]]


def _flat(said: Said) -> tuple[Any, ...]:
    return (said[0], *said[1])


def merge(known: Said | None, new: Said, *, lowest: bool) -> Said:
    """The newest of two statements; of the same time, field by field the greater value.

    With `lowest` the lesser value wins instead: a member who was added and removed at one time is not one.
    """
    if known is None or new[0] > known[0]:
        return new
    if new[0] < known[0]:
        return known
    if lowest:
        return min(known, new)
    return known[0], tuple(greatest(a, b) for a, b in zip(known[1], new[1], strict=True))


async def settings(reader: Reader, tenant: str) -> Settings:
    """The company's settings as they are now, with the defaults for what was never said."""
    row = await reader.first(
        select(tenants.c.time_zone, tenants.c.reply_window_days).where(tenants.c.tenant_id == tenant)
    )
    zone, window = tuple(row or (None, None))
    newest = func.max(accounts.c.at).over(partition_by=(accounts.c.tenant_id, accounts.c.id))
    versions = (
        select(accounts.c.id, accounts.c.phone_number_id, accounts.c.at, newest.label("newest"))
        .where(accounts.c.tenant_id == tenant)
        .subquery()
    )
    numbers = await reader.rows(
        select(versions.c.id, versions.c.phone_number_id).where(versions.c.at == versions.c.newest)
    )
    return Settings(
        time_zone=zone or "UTC",
        reply_window_days=DEFAULT_REPLY_WINDOW_DAYS if window is None else window,
        accounts=Accounts({row.id: row.phone_number_id for row in numbers}),
    )


async def ensure_tenant(writer: Writer, tenant: str) -> None:
    """A tenant exists from its first event."""
    exists = select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant)
    if await writer.first(exists) is None:
        await writer.upsert(tenants, ("tenant_id", "described_at"), [(tenant, 0)])


def changes_in(events: Iterable[AnyEvent]) -> list[tuple[int, Change]]:
    """What a batch of events says of the directory, with each event's place in the batch."""
    return [
        (n, change)
        for n, event in enumerate(events)
        # Nearly all events are of these two kinds, and say nothing of it.
        if not isinstance(event, (MessageSent, MessageReply)) and (change := change_of(event))
    ]
