"""The directory: the company's settings, its departments, agents, accounts and templates, and who belongs where.

An upsert states keys, from its `updated_at` (or `at`) on; of one that it leaves out it says nothing.
Source: semantics, "State is a pure function of the set of events" and "Names".
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET
from sqlalchemy import Table, select

from analytics.domain.query_spec import DEFAULT_REPLY_WINDOW_DAYS
from analytics.domain.time_zones import DEFAULT_TIME_ZONE, to_micros
from analytics.ingest.events import (
    AccountUpserted,
    AgentUpserted,
    AnyEvent,
    ContactChanged,
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
from analytics.ingest.merging.accounts import Accounts, Claim
from analytics.ingest.merging.aliases import listed, unlisted
from analytics.ingest.merging.descriptions import Statements, newness, stated_at
from analytics.ingest.merging.records import max_or_none
from analytics.ingest.outcomes import Outcome
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.known_tenants import remember
from analytics.storage.tables import (
    accounts,
    agents,
    departments,
    error_titles,
    members,
    template_notices,
    templates,
    tenants,
)

# The rules by which messages are derived from what was said. A release with other rules has another number, and its
# workers derive everything anew, see `reprocessing`.
DERIVATION = 1


class DirectoryChange(NamedTuple):
    """One thing that an event says: where it belongs, what it is known by, when it was said, what it says."""

    table: Table
    key: tuple[Any, ...]
    at: int
    values: dict[str, Any]


class MergePolicy(NamedTuple):
    """The key of a table of facts, and whether it keeps all versions."""

    key: tuple[str, ...]
    versions: bool  # all that was said, by time; else only the newest


MERGE_POLICIES = {
    template_notices: MergePolicy(("meta_id", "name", "language"), versions=True),
    members: MergePolicy(("user_id", "department_id"), versions=False),
    error_titles: MergePolicy(("code",), versions=False),
}
ENTITIES = (departments, agents, accounts, templates)
_ENTITIES: dict[type, tuple[Table, str]] = {
    DepartmentUpserted: (departments, "department"),
    AgentUpserted: (agents, "agent"),
    AccountUpserted: (accounts, "account"),
    TemplateUpserted: (templates, "template"),
}


SETTINGS = ("name", "time_zone", "reply_window_days")


class TenantSettings(NamedTuple):
    """What ingest needs to know of a company."""

    time_zone: str
    reply_window_days: int
    accounts: Accounts


def change_of(event: AnyEvent) -> DirectoryChange | None:
    """What an event says of the directory, if anything."""
    key: tuple[str, ...]
    match event:
        case TenantUpserted():
            said = msgspec.structs.asdict(event)
            return DirectoryChange(tenants, (), event.stated_at, {name: said[name] for name in SETTINGS})
        case DepartmentUpserted() | AgentUpserted() | AccountUpserted() | TemplateUpserted():
            table, field = _ENTITIES[type(event)]
            values = msgspec.structs.asdict(getattr(event, field))
            if values.get("category"):
                values["category"] = values["category"].upper()
            if values.get("phone_number_id", UNSET) is None:
                values["phone_number_id"] = UNSET  # what identifies is never taken away
            return DirectoryChange(table, (values.pop("id"),), event.stated_at, values)
        case TemplateNotice():
            key = (event.meta_id, event.name, event.language)
            values = {"category": event.category and event.category.upper(), "status": event.status}
            return DirectoryChange(template_notices, key, to_micros(event.at), values)
        case MemberAdded():
            key = (event.user_id, event.department_id)
            return DirectoryChange(members, key, to_micros(event.at), {"present": True})
        case MemberRemoved():
            key = (event.user_id, event.department_id)
            return DirectoryChange(members, key, to_micros(event.at), {"present": False})
        case MessageStatus(status="failed", error=StatusError(code=int() as code, title=str() as title)):
            return DirectoryChange(error_titles, (code,), to_micros(event.at), {"title": title})
        case _:
            return None


async def apply_change(writer: Writer, tenant: str, changes: Sequence[DirectoryChange]) -> list[Outcome]:
    """Write down what is said; what became of each change."""
    outcomes = [Outcome.DUPLICATE] * len(changes)
    for table in (tenants, *ENTITIES, *MERGE_POLICIES):
        numbered = [(n, change) for n, change in enumerate(changes) if change.table is table]
        if not numbered:
            continue
        of_table = [change for _, change in numbered]
        if table is tenants:
            kept = await _keep_settings(writer, tenant, of_table)
        elif table in ENTITIES:
            kept = await _keep_statements(writer, tenant, table, of_table)
        else:
            kept = await _keep_newest(writer, tenant, table, of_table)
        for (n, _), outcome in zip(numbered, kept, strict=True):
            outcomes[n] = outcome
    return outcomes


async def _keep_settings(writer: Writer, tenant: str, changes: list[DirectoryChange]) -> list[Outcome]:
    """Merge statements of the company's settings, key by key."""
    row = await writer.first(
        select(tenants.c.described_at, tenants.c.stated, *(tenants.c[name] for name in SETTINGS)).where(
            tenants.c.tenant_id == tenant
        )
    )
    described_at: int = row.described_at if row else 0
    exceptions = stated_at(row.stated if row else None)
    known: Statements = {}
    for name in SETTINGS:
        value = getattr(row, name) if row else None
        at = exceptions.get(name, None if value is None else described_at)
        if at is not None:
            known[name] = (at, value)
    outcomes = []
    for change in changes:
        described_at = max(described_at, change.at)
        before = dict(known)
        said = {name: (change.at, value) for name, value in change.values.items() if value is not UNSET}
        for name, statement in said.items():
            known[name] = max(known.get(name, statement), statement, key=newness)
        outcomes.append(_outcome(known != before, known, said))
    left = {name: at for name, (at, value) in known.items() if at != described_at or value is None}
    written = (
        tenant,
        described_at,
        *(known.get(name, (0, None))[1] for name in SETTINGS),
        msgspec.json.encode(left, order="sorted").decode() if left else None,
    )
    await writer.upsert(tenants, ("tenant_id", "described_at", *SETTINGS, "stated"), [written])
    return outcomes


def _outcome(changed: bool, kept: Statements, said: Statements) -> Outcome:
    """The outcome of statements: superseded if they lost to others, duplicate if they were known."""
    if changed:
        return Outcome.ACCEPTED
    lost = any(kept[name][1] != value for name, (_, value) in said.items())
    return Outcome.SUPERSEDED if lost else Outcome.DUPLICATE


async def _keep_statements(writer: Writer, tenant: str, table: Table, changes: list[DirectoryChange]) -> list[Outcome]:
    """Write down statements of what is in the directory, those of one time together."""
    names = [str(c.name) for c in table.columns if c.name not in ("tenant_id", "id", "at", "nulls")]
    rows = await writer.rows(
        select(table).where(table.c.tenant_id == tenant, in_list(table.c.id, {change.key[0] for change in changes}))
    )
    known: dict[tuple[str, int], Statements] = {}
    for row in rows:
        nulls = unlisted(row.nulls)
        values = {name: getattr(row, name) for name in names}
        said = {name: (row.at, value) for name, value in values.items() if value is not None or name in nulls}
        known[row.id, row.at] = said
    outcomes, written = [], set()
    for change in changes:
        key = (change.key[0], change.at)
        before = known.get(key)
        said = {name: (change.at, value) for name, value in change.values.items() if value is not UNSET}
        merged = dict(before or {})
        for name, statement in said.items():
            merged[name] = max(merged.get(name, statement), statement, key=newness)
        outcomes.append(_outcome(merged != before, merged, said))
        if merged != before:
            known[key] = merged
            written.add(key)
    await writer.upsert(
        table,
        ("tenant_id", "id", "at", *names, "nulls"),
        ((tenant, *key, *_columns(known[key], names)) for key in sorted(written)),
    )
    return outcomes


def _columns(said: Statements, names: Sequence[str]) -> tuple[Any, ...]:
    values = {name: value for name, (_, value) in said.items()}
    return (*(values.get(name) for name in names), listed(name for name, value in values.items() if value is None))


async def _keep_newest(writer: Writer, tenant: str, table: Table, changes: list[DirectoryChange]) -> list[Outcome]:
    """Write down what is said whole, not key by key."""
    keeping = MERGE_POLICIES[table]
    names = [column.name for column in table.columns if column.name not in ("tenant_id", *keeping.key, "at")]
    statement = select(*(table.c[name] for name in (*keeping.key, "at", *names))).where(
        table.c.tenant_id == tenant, in_list(table.c[keeping.key[0]], {change.key[0] for change in changes})
    )
    size = len(keeping.key)
    known: dict[tuple[Any, ...], Said] = {}
    for row in await writer.rows(statement):
        key, at = tuple(row[:size]), row[size]
        known[(*key, at) if keeping.versions else key] = (at, tuple(row[size + 1 :]))
    outcomes, written = [], set()
    for change in changes:
        key = (*change.key, change.at) if keeping.versions else change.key
        said = (change.at, tuple(change.values[name] for name in names))
        merged = merge(known.get(key), said, lowest=table is members)
        if merged != known.get(key):
            outcomes.append(Outcome.ACCEPTED)
            known[key] = merged
            written.add(key)
        else:
            # Of an error's title nobody asks which words were the newest.
            lost = merged[1] != said[1] and table is not error_titles
            outcomes.append(Outcome.SUPERSEDED if lost else Outcome.DUPLICATE)
    await writer.upsert(
        table,
        ("tenant_id", *keeping.key, "at", *names),
        ((tenant, *key[:size], *_flat(known[key])) for key in sorted(written, key=str)),
    )
    return outcomes


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
    return known[0], tuple(max_or_none(a, b) for a, b in zip(known[1], new[1], strict=True))


async def load_settings(reader: Reader, tenant: str) -> TenantSettings:
    """The company's settings as they are now, with the defaults for what was never said."""
    row = await reader.first(
        select(tenants.c.time_zone, tenants.c.reply_window_days).where(tenants.c.tenant_id == tenant)
    )
    zone, window = tuple(row or (None, None))
    return TenantSettings(
        time_zone=zone or DEFAULT_TIME_ZONE,
        reply_window_days=DEFAULT_REPLY_WINDOW_DAYS if window is None else window,
        accounts=await _accounts(reader, tenant),
    )


async def _accounts(reader: Reader, tenant: str) -> Accounts:
    """The accounts by the phone number ids that they ever had.

    A directory is often sent again every day, so an account has many versions of one number. When each was is asked
    only of numbers that several accounts had.
    """
    table = accounts
    had = (table.c.tenant_id == tenant, table.c.phone_number_id.is_not(None))
    pairs = {
        tuple(row) for row in await reader.rows(select(table.c.phone_number_id, table.c.id).where(*had).distinct())
    }
    owners = Counter(number for number, _ in pairs)
    shared = {number for number, count in owners.items() if count > 1}
    claims = [Claim(number, 0, account_id) for number, account_id in pairs if number not in shared]
    if shared:
        statement = select(table.c.phone_number_id, table.c.at, table.c.id)
        rows = await reader.rows(statement.where(*had, in_list(table.c.phone_number_id, shared)))
        claims += [Claim(*row) for row in rows]
    return Accounts(claims)


async def ensure_tenant(writer: Writer, tenant: str) -> None:
    """A tenant exists from its first event."""
    exists = select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant)
    if await writer.first(exists) is None:
        await writer.upsert(tenants, ("tenant_id", "described_at", "derivation"), [(tenant, 0, DERIVATION)])
        await remember(writer, tenant)


def changes_in(events: Iterable[AnyEvent]) -> list[tuple[int, DirectoryChange]]:
    """What a batch of events says of the directory, with each event's place in the batch."""
    return [
        (n, change)
        for n, event in enumerate(events)
        # Nearly all events are of these two kinds, and say nothing of it.
        if not isinstance(event, (MessageSent, MessageReply, ContactChanged)) and (change := change_of(event))
    ]
