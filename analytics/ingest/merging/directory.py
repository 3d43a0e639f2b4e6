"""The directory: the tenant's settings, departments, agents, accounts and templates, and the departments' members.

An upsert states keys, from its `updated_at` (or `at`) on; about a key that it leaves out it states nothing.
Source: docs/numbers.md, "A message and its states" and "Names".
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET
from sqlalchemy import Table, select, update

from analytics.domain.query_spec import DEFAULT_REPLY_WINDOW_DAYS
from analytics.domain.time_zones import DEFAULT_TIME_ZONE, to_micros
from analytics.ingest.events import (
    AccountUpserted,
    AgentUpserted,
    AnyEvent,
    DepartmentUpserted,
    MemberAdded,
    MemberRemoved,
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
from analytics.storage.citus.known_tenants import remember
from analytics.storage.database import Reader, Writer
from analytics.storage.dialects import in_list
from analytics.storage.memory_cache import new_version
from analytics.storage.rollup_tables import rollup_states
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

# The version of the rules by which the state of messages is derived. A release with other rules has another number, and
# its workers derive everything again, see `reprocessing`.
DERIVATION = 1


class DirectoryChange(NamedTuple):
    """A statement of an event about the directory: its table, the key of the row, its time, and the values."""

    table: Table
    key: tuple[Any, ...]
    at: int
    values: dict[str, Any]


class MergePolicy(NamedTuple):
    """The key of a table of facts, and whether it keeps all versions."""

    key: tuple[str, ...]
    versions: bool  # True: all versions, by time; False: only the newest
    # Of two statements of one time, the values of these names come from the same one; other values each by itself.
    together: tuple[tuple[str, ...], ...] = ()


NOTICED_TOGETHER = (
    ("category", "previous_category", "announced_category", "announced_for"),
    ("status", "title", "reason", "disabled_at"),
    ("quality", "previous_quality"),
)
MERGE_POLICIES = {
    template_notices: MergePolicy(("meta_id", "name", "language"), versions=True, together=NOTICED_TOGETHER),
    members: MergePolicy(("user_id", "department_id"), versions=False),
    error_titles: MergePolicy(("code",), versions=False),
}
ENTITIES = (departments, agents, accounts, templates)
# The tables that names are read of, which are cached by the version of the directory, see `reports.availability`.
NAMED = (*ENTITIES, template_notices)
_ENTITIES: dict[type, tuple[Table, str]] = {
    DepartmentUpserted: (departments, "department"),
    AgentUpserted: (agents, "agent"),
    AccountUpserted: (accounts, "account"),
    TemplateUpserted: (templates, "template"),
}


SETTINGS = ("name", "time_zone", "reply_window_days")


class TenantSettings(NamedTuple):
    """The tenant's settings that ingest uses."""

    time_zone: str
    reply_window_days: int
    accounts: Accounts


def change_of(event: AnyEvent) -> DirectoryChange | None:
    """Return the statement of an event about the directory, if it has one."""
    key: tuple[str, ...]
    match event:
        case TenantUpserted():
            settings = msgspec.structs.asdict(event)
            return DirectoryChange(tenants, (), event.stated_at, {name: settings[name] for name in SETTINGS})
        case DepartmentUpserted() | AgentUpserted() | AccountUpserted() | TemplateUpserted():
            table, field = _ENTITIES[type(event)]
            values = msgspec.structs.asdict(getattr(event, field))
            if values.get("category"):
                values["category"] = values["category"].upper()
            if values.get("phone_number_id", UNSET) is None:
                values["phone_number_id"] = UNSET  # an identifier is never taken away
            return DirectoryChange(table, (values.pop("id"),), event.stated_at, values)
        case TemplateNotice():
            key = (event.meta_id, event.name, event.language)
            return DirectoryChange(template_notices, key, to_micros(event.at), _notice_values(event))
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


def _notice_values(notice: TemplateNotice) -> dict[str, Any]:
    """Return the columns of a notice: words in upper case, times in microseconds."""
    values = {name: getattr(notice, name) for of_kind in NOTICED_TOGETHER for name in of_kind}
    return {
        name: value.upper() if isinstance(value, str) else None if value is None else to_micros(value)
        for name, value in values.items()
    }


async def apply_changes(writer: Writer, tenant: str, changes: Sequence[DirectoryChange]) -> list[Outcome]:
    """Merge changes into the tables and write them; return the outcome of each."""
    outcomes = [Outcome.DUPLICATE] * len(changes)
    for table in (tenants, *ENTITIES, *MERGE_POLICIES):
        indexed = [(n, change) for n, change in enumerate(changes) if change.table is table]
        if not indexed:
            continue
        of_table = [change for _, change in indexed]
        if table is tenants:
            table_outcomes = await _merge_settings(writer, tenant, of_table)
        elif table in ENTITIES:
            table_outcomes = await _merge_statements(writer, tenant, table, of_table)
        else:
            table_outcomes = await _merge_whole(writer, tenant, table, of_table)
        for (n, _), outcome in zip(indexed, table_outcomes, strict=True):
            outcomes[n] = outcome
        if table in NAMED and Outcome.ACCEPTED in table_outcomes:
            changed = update(rollup_states).where(rollup_states.c.tenant_id == tenant)
            await writer.execute(changed.values(directory_version=new_version()))
    return outcomes


async def _merge_settings(writer: Writer, tenant: str, changes: list[DirectoryChange]) -> list[Outcome]:
    """Merge statements of the tenant's settings, key by key."""
    row = await writer.first(
        select(tenants.c.described_at, tenants.c.stated, *(tenants.c[name] for name in SETTINGS)).where(
            tenants.c.tenant_id == tenant
        )
    )
    described_at: int = row.described_at if row else 0
    stored_exceptions = stated_at(row.stated if row else None)
    statements: Statements = {}
    for name in SETTINGS:
        value = getattr(row, name) if row else None
        at = stored_exceptions.get(name, None if value is None else described_at)
        if at is not None:
            statements[name] = (at, value)
    outcomes = []
    for change in changes:
        described_at = max(described_at, change.at)
        before = dict(statements)
        stated = {name: (change.at, value) for name, value in change.values.items() if value is not UNSET}
        for name, statement in stated.items():
            statements[name] = max(statements.get(name, statement), statement, key=newness)
        outcomes.append(_outcome(statements != before, statements, stated))
    exceptions = {name: at for name, (at, value) in statements.items() if at != described_at or value is None}
    written = (
        tenant,
        described_at,
        *(statements.get(name, (0, None))[1] for name in SETTINGS),
        msgspec.json.encode(exceptions, order="sorted").decode() if exceptions else None,
    )
    await writer.upsert(tenants, ("tenant_id", "described_at", *SETTINGS, "stated"), [written])
    return outcomes


def _outcome(changed: bool, merged: Statements, stated: Statements) -> Outcome:
    """Return the outcome of statements: superseded if other values are preferred, duplicate if they were stored."""
    if changed:
        return Outcome.ACCEPTED
    lost = any(merged[name][1] != value for name, (_, value) in stated.items())
    return Outcome.SUPERSEDED if lost else Outcome.DUPLICATE


async def _merge_statements(writer: Writer, tenant: str, table: Table, changes: list[DirectoryChange]) -> list[Outcome]:
    """Merge statements about entries of the directory, one row for each entry and time."""
    names = [str(c.name) for c in table.columns if c.name not in ("tenant_id", "id", "at", "nulls")]
    rows = await writer.rows(
        select(table).where(table.c.tenant_id == tenant, in_list(table.c.id, {change.key[0] for change in changes}))
    )
    statements_by_version: dict[tuple[str, int], Statements] = {}
    for row in rows:
        nulls = unlisted(row.nulls)
        values = {name: getattr(row, name) for name in names}
        stated = {name: (row.at, value) for name, value in values.items() if value is not None or name in nulls}
        statements_by_version[row.id, row.at] = stated
    outcomes, written = [], set()
    for change in changes:
        key = (change.key[0], change.at)
        before = statements_by_version.get(key)
        stated = {name: (change.at, value) for name, value in change.values.items() if value is not UNSET}
        merged = dict(before or {})
        for name, statement in stated.items():
            merged[name] = max(merged.get(name, statement), statement, key=newness)
        outcomes.append(_outcome(merged != before, merged, stated))
        if merged != before:
            statements_by_version[key] = merged
            written.add(key)
    await writer.upsert(
        table,
        ("tenant_id", "id", "at", *names, "nulls"),
        ((tenant, *key, *_columns(statements_by_version[key], names)) for key in sorted(written)),
    )
    return outcomes


def _columns(statements: Statements, names: Sequence[str]) -> tuple[Any, ...]:
    values = {name: value for name, (_, value) in statements.items()}
    return (*(values.get(name) for name in names), listed(name for name, value in values.items() if value is None))


async def _merge_whole(writer: Writer, tenant: str, table: Table, changes: list[DirectoryChange]) -> list[Outcome]:
    """Merge statements that are replaced as a whole, not key by key."""
    policy = MERGE_POLICIES[table]
    names = [column.name for column in table.columns if column.name not in ("tenant_id", *policy.key, "at")]
    statement = select(*(table.c[name] for name in (*policy.key, "at", *names))).where(
        table.c.tenant_id == tenant, in_list(table.c[policy.key[0]], {change.key[0] for change in changes})
    )
    size = len(policy.key)
    together = [[names.index(name) for name in of_kind] for of_kind in policy.together]
    stored_by_key: dict[tuple[Any, ...], TimedValues] = {}
    for row in await writer.rows(statement):
        key, at = tuple(row[:size]), row[size]
        stored_by_key[(*key, at) if policy.versions else key] = (at, tuple(row[size + 1 :]))
    outcomes, written = [], set()
    for change in changes:
        key = (*change.key, change.at) if policy.versions else change.key
        stated = (change.at, tuple(change.values[name] for name in names))
        merged = merge(stored_by_key.get(key), stated, lowest=table is members, together=together)
        if merged != stored_by_key.get(key):
            outcomes.append(Outcome.ACCEPTED)
            stored_by_key[key] = merged
            written.add(key)
        else:
            # The title of an error code may vary: an older title is a duplicate, not superseded.
            lost = merged[1] != stated[1] and table is not error_titles
            outcomes.append(Outcome.SUPERSEDED if lost else Outcome.DUPLICATE)
    await writer.upsert(
        table,
        ("tenant_id", *policy.key, "at", *names),
        ((tenant, *key[:size], *_flat(stored_by_key[key])) for key in sorted(written, key=str)),
    )
    return outcomes


TimedValues = tuple[int, tuple[Any, ...]]


def _flat(version: TimedValues) -> tuple[Any, ...]:
    return (version[0], *version[1])


def merge(
    stored: TimedValues | None, new: TimedValues, *, lowest: bool, together: Sequence[Sequence[int]] = ()
) -> TimedValues:
    """Return the newer of two statements; of the same time, field by field the greater value.

    With `lowest` the lesser value is preferred instead: a member who was added and removed at one time is not one.
    The fields of each list of `together` (their indexes) come from the same statement, the one that is greater in
    them; with it, all fields must be in one.
    """
    if stored is None or new[0] > stored[0]:
        return new
    if new[0] < stored[0]:
        return stored
    if lowest:
        return min(stored, new)
    if together:
        merged = list(stored[1])
        for indexes in together:
            if _ranks(new[1], indexes) > _ranks(stored[1], indexes):
                for index in indexes:
                    merged[index] = new[1][index]
        return stored[0], tuple(merged)
    return stored[0], tuple(max_or_none(a, b) for a, b in zip(stored[1], new[1], strict=True))


def _ranks(values: Sequence[Any], indexes: Sequence[int]) -> list[tuple[Any, ...]]:
    """Return the sort key of some of the values: no value comes before any."""
    return [() if values[index] is None else (values[index],) for index in indexes]


async def load_settings(reader: Reader, tenant: str) -> TenantSettings:
    """Load the tenant's current settings, with defaults for those never stated."""
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
    """Load the accounts by the phone number ids that they ever had.

    Many platforms send the directory every day, so an account has many versions with one number. The times are only
    loaded for numbers that several accounts had.
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
    """Create the tenant's row if there is none: a tenant exists from its first event."""
    exists = select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant)
    if await writer.first(exists) is None:
        await writer.upsert(tenants, ("tenant_id", "described_at", "derivation"), [(tenant, 0, DERIVATION)])
        await remember(writer, tenant)
