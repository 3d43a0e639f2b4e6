"""Running queries: from a specification to numbers."""

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import add
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy import ColumnElement, case, func, select

from analytics.domain.errors import UnavailableError
from analytics.domain.export_columns import ExportColumn
from analytics.domain.measures.funnel import ZERO_COUNTS, FunnelCounts
from analytics.domain.message_status import Status
from analytics.domain.query_spec import AccessScope, QuerySpec
from analytics.domain.templates import Category
from analytics.domain.text import mask_message_id, mask_phone
from analytics.domain.time_zones import FIRST_INSTANT, LAST_INSTANT, ONE_DAY, SECOND, Zone, zone
from analytics.reports import sql
from analytics.reports.availability import lacks_messages, read_cached, readable, require_few, require_messages
from analytics.reports.directory import ACCOUNTS, AGENTS, DEPARTMENTS, TEMPLATES, NameHistory, load_names
from analytics.reports.planner import AggregateQuery, Grouping, choose_plan
from analytics.storage import tables
from analytics.storage.database import AnyRow, Reader

log = structlog.get_logger()

# Memory that cached counts take at most: of a specification, one id in it, and one row with the longest ids.
KEY_BYTES, ID_BYTES, ROW_BYTES = 2_048, 400, 2_048

Key = tuple[Any, ...]
Rows = Mapping[Key, FunnelCounts]
Counts = TypeVar("Counts", bound=Mapping[Any, Any])


async def run_aggregate(reader: Reader, query: AggregateQuery) -> Rows:
    """Return the counts of each key of a query's grouping, from memory if they were read since the data changed.

    The result is shared between requests and must not be changed. Raises `MessagesPurgedError` when they can only be
    counted from messages that were dropped, `UnavailableError` when that is so until the rollups are built.
    """
    spec = query.spec
    if spec.until is not None:  # until the time of day of now: another one at each request
        return await _read_until(reader, query)
    return await read_counts_cached(
        reader, spec, query.groupings, lambda: _read_aggregate(reader, query), ROW_BYTES, str(query)
    )


async def read_counts_cached(
    reader: Reader,
    spec: QuerySpec,
    name: Hashable,
    read: Callable[[], Awaitable[Counts]],
    row_bytes: int,
    plan: str,
) -> Counts:
    """Return counts of a specification's messages, from memory if they were read since the data changed.

    `name` is what is counted, `row_bytes` the memory that a row of the counts takes at most.
    """
    # No count depends on the clock, nor on more of the scope than `departments`, which is narrowed to it already.
    plain = replace(spec, scope=AccessScope(spec.tenant_id, None, spec.scope.masks_phones), now=0)
    matches = (match for match in (spec.category_match, spec.language_match) if match is not None)
    ids = sum(len(ids) for _, ids in spec.filtered()) + sum(match.size for match in matches)
    return await read_cached(
        reader,
        spec.tenant_id,
        (name, plain),
        read,
        lambda rows: KEY_BYTES + ids * ID_BYTES + len(rows) * row_bytes,
        plan,
    )


async def _read_until(reader: Reader, query: AggregateQuery) -> Rows:
    """Read the counts of a period whose last day is cut off: the whole days before it, and that day's message rows."""
    spec = query.spec
    whole = replace(query, spec=replace(spec, last=spec.last - ONE_DAY, until=None))
    if spec.first == spec.last or choose_plan(whole, await readable(reader, spec.tenant_id)).rollup is None:
        return await _read_aggregate(reader, query)
    before = await run_aggregate(reader, whole)
    since = await _read_aggregate(reader, replace(query, spec=replace(spec, first=spec.last)))
    return {key: _add(before.get(key), since.get(key)) for key in before.keys() | since.keys()}


def _add(counts: FunnelCounts | None, others: FunnelCounts | None) -> FunnelCounts:
    if counts is None or others is None:
        return counts or others or ZERO_COUNTS
    return FunnelCounts(tuple(map(add, counts.values, others.values)))


async def _read_aggregate(reader: Reader, query: AggregateQuery) -> Rows:
    """Read the counts of each key of a query's grouping, in the measures of its family. Raises as `run_aggregate`."""
    spec = query.spec
    chosen = choose_plan(query, await readable(reader, spec.tenant_id))
    if chosen.rollup is None:
        if choose_plan(query, zone(spec.tenant_time_zone).rules_version).rollup and await lacks_messages(reader, spec):
            raise UnavailableError("The counts are being rebuilt. Try again in a minute.")
        await require_messages(reader, spec)
        if spec.until is None:  # else of one day only
            await require_few(reader, spec, "filter.sentOn")
    log.debug("plan", grouping=query.grouping, plan=str(chosen))
    reader.plans.append(f"{query}: {chosen}")
    measures = len(query.family.measures)
    rows = await reader.rows(sql.aggregate(query, chosen))
    if query.grouping is Grouping.REPLY_HOUR and chosen.rollup is None:
        return _by_reply_hour(spec.zone, rows)
    return {tuple(row[:-measures]): FunnelCounts(tuple(row[-measures:])) for row in rows}


def _by_reply_hour(zone: Zone, rows: Iterable[AnyRow]) -> Rows:
    hours: Counter[int] = Counter()
    for hour, replied_at, responses in rows:
        hours[sql.hour_of_reply(zone, hour, replied_at)] += responses
    return {(hour,): FunnelCounts((responses,)) for hour, responses in hours.items()}


@dataclass(frozen=True, slots=True, eq=False)
class MessageLabels:
    """The names of a message's template, department, agent and account at its send time.

    Messages with equal labels share one object. It is hashed by identity, so that caches by it are quick.
    """

    template_name: str
    template_category: str
    department_name: str
    agent_email: str | None
    agent_name: str
    account_phone: str | None
    account_name: str
    agent_id: str
    template_id: str
    template_language: str | None


class MessageBatch(NamedTuple):
    """Some messages as an export shows them, column by column.

    `sent_at` is what the clock of the report's zone showed: its seconds since 1970-01-01 00:00:00 on that same clock,
    the fraction cut off, so that 23:59:59.7 stays in its day. `status` is the name of a `Status`. `reply_kind` is None
    where there is no reply, and empty where its kind is unknown. `further` has the further columns that were requested:
    codes, and times on that same clock.
    """

    named: Sequence[MessageLabels]
    sent_at: Sequence[int]
    message_id: Sequence[str]
    recipient_phone: Sequence[str | None]
    status: Sequence[str]
    ticket_id: Sequence[str | None]
    ticket_key: Sequence[str | None]
    reply_text: Sequence[str | None]
    reply_kind: Sequence[str | None]
    further: Mapping[ExportColumn, Sequence[int | None]]


async def count(reader: Reader, spec: QuerySpec) -> int:
    """Count the messages of a specification. Raises `MessagesPurgedError` when those of some days were dropped."""
    await require_messages(reader, spec)
    row = await reader.first(sql.count(spec))
    return row[0] if row else 0


async def stream_messages(
    reader: Reader, spec: QuerySpec, columns: Collection[ExportColumn] = ()
) -> AsyncIterator[MessageBatch]:
    """The messages of a specification in the order of (sent at, id), some thousands at a time, with further columns.

    Raises `MessagesPurgedError` when those of some of its days were dropped.
    """
    await require_messages(reader, spec)
    named = await _label_lookup(reader, spec.tenant_id)
    spans = spec.zone.offset_spans(spec.starts_at, spec.ends_at)
    ends, offsets = [end for _, end, _ in spans], [offset for _, _, offset in spans]
    read = [column for column in FURTHER if column in columns]
    clock = _clock(spec.zone)
    statement = sql.message_rows(spec).with_only_columns(*EXPORTED_FIELDS, *(FURTHER[column] for column in read))
    async for partition in reader.partitions(statement):
        # Column by column: message by message took half as long again.
        at, id, phone, status, ticket_id, ticket_key, reply, kind, *others = zip(*partition, strict=True)
        what, further = others[:LABEL_KEY_LENGTH], others[LABEL_KEY_LENGTH:]
        yield MessageBatch(
            named=list(map(named, zip(*what, strict=True), at)),
            sent_at=[(instant + offsets[bisect_right(ends, instant)]) // SECOND for instant in at],
            message_id=list(map(mask_message_id, id)) if spec.scope.masks_phones else id,
            recipient_phone=_masked(phone) if spec.scope.masks_phones else phone,
            status=[STATUS_NAMES[number] for number in status],
            ticket_id=ticket_id,
            ticket_key=ticket_key,
            reply_text=reply,
            reply_kind=kind,
            further={
                column: values if column in CODES else clock(values)
                for column, values in zip(read, further, strict=True)
            },
        )


def _masked(phones: Iterable[str | None]) -> list[str | None]:
    return [phone if phone is None else mask_phone(phone) for phone in phones]


def _clock(zone: Zone) -> Callable[[Sequence[int | None]], list[int | None]]:
    """Return a function from instants to the seconds that a zone's clock shows."""
    spans = zone.offset_spans(FIRST_INSTANT, LAST_INSTANT)
    starts, offsets = [start for start, _, _ in spans][1:], [offset for _, _, offset in spans]
    return lambda instants: [
        None if instant is None else (instant + offsets[bisect_right(starts, instant)]) // SECOND
        for instant in instants
    ]


LabelKey = tuple[str | None, str, str, str, str]  # the message's own category; template, department, agent, account


async def _label_lookup(reader: Reader, tenant: str) -> Callable[[LabelKey, int], MessageLabels]:
    """Return a function that looks up a message's labels at its send time.

    It must be called in the order of send times, as exports do: it caches the labels of a key until the first time at
    which the directory changes any of them.
    """
    templates = await load_names(reader, tenant, TEMPLATES)
    departments = await load_names(reader, tenant, DEPARTMENTS)
    agents = await load_names(reader, tenant, AGENTS)
    accounts = await load_names(reader, tenant, ACCOUNTS)
    histories: tuple[NameHistory[Any], ...] = (templates, departments, agents, accounts)
    cache: dict[LabelKey, tuple[int, MessageLabels]] = {}

    def get_labels(key: LabelKey, at: int) -> MessageLabels:
        until, labels = cache.get(key, NEVER)
        if at < until:
            return labels
        category, *ids = key
        template, department, agent, account = (of.at(id, at) for of, id in zip(histories, ids, strict=True))
        labels = MessageLabels(
            template.name,
            Category.of(category) if category else template.category,
            department.name,
            agent.email,
            agent.name,
            account.phone or None,
            account.name,
            agent.id,
            template.id,
            template.language,
        )
        until = min(of.changes_after(id, at) for of, id in zip(histories, ids, strict=True))
        cache[key] = until, labels
        return labels

    return get_labels


NEVER: tuple[int, MessageLabels] = (FIRST_INSTANT, MessageLabels("", "", "", None, "", None, "", "", "", None))
LABEL_KEY_LENGTH = 5
_messages = tables.messages.c
EXPORTED_FIELDS = [
    *(
        _messages[name]
        for name in ("sent_at", "id", "contact_phone", "status", "ticket_id", "ticket_key", "reply_text")
    ),
    case((_messages.reply_id.is_not(None), func.coalesce(_messages.reply_kind, ""))),
    *(_messages[name] for name in ("template_category", "template_id", "department_id", "agent_id", "account_id")),
]


def _of_bounces(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column for bounced messages only: a failure that another status overrides does not count."""
    return case((_messages.status == Status.FAILED, column))


# Further columns that need columns of the table; all others follow from the columns that every file has.
FURTHER: Mapping[ExportColumn, ColumnElement[Any]] = {
    ExportColumn.ANSWERED_AT: _messages.replied_at,
    ExportColumn.ACCEPTED_AT: _messages.accepted_at,
    ExportColumn.DELIVERED_AT: _messages.delivered_at,
    ExportColumn.READ_AT: _messages.read_at,
    ExportColumn.FAILED_AT: _of_bounces(_messages.failed_at),
    ExportColumn.BOUNCE_CODE: _of_bounces(_messages.failed_code),
    ExportColumn.BOUNCE_REASON: _of_bounces(_messages.failed_code),
}
CODES = (ExportColumn.BOUNCE_CODE, ExportColumn.BOUNCE_REASON)
STATUS_NAMES = {int(status): status.name for status in Status}


async def reported_titles(reader: Reader, spec: QuerySpec) -> dict[int, str]:
    """Load the newest title of each error code in the tenant's messages; none for a selection of some departments.

    A title may come from any department's messages, and may contain personal data.
    """
    if spec.departments is not None:
        return {}
    table = tables.error_titles
    rows = await reader.rows(select(table.c.code, table.c.title).where(table.c.tenant_id == spec.tenant_id))
    return {row.code: row.title for row in rows}
