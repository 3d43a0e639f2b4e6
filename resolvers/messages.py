"""The single messages behind a number, with the names of their time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from typing import Any

import msgspec

from analytics.domain.message_conditions import MessageConditions, ReplyKind
from analytics.domain.message_status import Status
from analytics.domain.query_spec import QuerySpec
from analytics.domain.templates import Category
from analytics.domain.text import mask_contact_id, mask_message_id, mask_phone
from analytics.domain.time_zones import SECOND
from analytics.domain.whatsapp_errors import title_of
from analytics.reports.directory import (
    ACCOUNTS,
    AGENTS,
    DEPARTMENTS,
    TEMPLATES,
    Account,
    Agent,
    Department,
    EntityType,
    NameHistory,
    Template,
    load_names,
    normalize,
)
from analytics.reports.planner import Grouping
from analytics.reports.rows.messages import MessageOrder, count_by, read_messages, reply_rules
from analytics.reports.runner import reported_titles
from analytics.storage.database import AnyRow, Reader
from resolvers.analytics import ENTITY_TYPES
from resolvers.loader import RequestLoader
from resolvers.pagination import TEXT, Page, check_first, decode, page

NEWEST_FIRST = MessageOrder()
SHAPE = ((int,), TEXT)
COUNT_SHAPE = ((int,), TEXT, TEXT)


class ReplyRule(StrEnum):
    """The rules by which replies are matched, see `analytics.ingest.reply_matching`."""

    EXACT = "EXACT"
    TICKET = "TICKET"
    CONVERSATION = "CONVERSATION"


@dataclass(frozen=True)
class Bounce:
    """The reason of a bounce: WhatsApp's code, None where it gave none, and its words."""

    code: int | None
    title: str


@dataclass(frozen=True)
class Reply:
    """The first reply to a message; times are instants, in microseconds, and seconds from the message to the reply."""

    at: int
    kind: ReplyKind
    text: str | None
    button: str | None
    rule: ReplyRule | None
    response_time: float


@dataclass(frozen=True)
class Message:
    """A message with the names of its send time; instants are microseconds."""

    row: AnyRow
    id: str
    template: Template
    department: Department
    agent: Agent
    account: Account
    bounce: Bounce | None
    reply: Reply | None
    may_still_change: bool
    recipient_phone: str | None
    recipient_id: str | None

    @property
    def category(self) -> Category:
        """The category as the send stated it, else that of the template at that time."""
        word = self.row.template_category
        return Category.of(word) if word else self.template.category


async def list_messages(
    loader: RequestLoader,
    asked: QuerySpec,
    spec: QuerySpec,
    where: MessageConditions | None,
    order: MessageOrder | None,
    first: int,
    after: str | None,
) -> Page[Message]:
    """Return a page of the messages of a specification that meet further conditions.

    `spec` is `asked` with its categories and languages resolved.
    """
    check_first(first)
    order = order or NEWEST_FIRST
    spec = replace(spec, where=where)
    of = _list_name(replace(asked, where=where), order)
    position = None if after is None else _position(of, after)
    found = await loader.load(read_messages, spec, order, first, position)
    return Page(
        of=of,
        nodes=await _with_names(loader, spec, found.rows),
        positions=found.positions,
        has_next=found.has_next,
        has_previous=position is not None and found.total > 0,
        total=found.total,
    )


@dataclass(frozen=True)
class MessageCount:
    """The messages of an entity of the directory, with its newest name."""

    id: str
    name: str
    messages: int


class MessageDimension(StrEnum):
    """The dimensions that messages can be counted by."""

    DEPARTMENT = "DEPARTMENT"
    AGENT = "AGENT"
    TEMPLATE = "TEMPLATE"
    ACCOUNT = "ACCOUNT"


async def count_messages_by(
    loader: RequestLoader,
    spec: QuerySpec,
    where: MessageConditions | None,
    dimension: MessageDimension,
    first: int,
    after: str | None,
) -> Page[MessageCount]:
    """Return a page of a specification's messages by a dimension, the most first, then by name and id."""
    counts = await loader.load(_read_counts, replace(spec, where=where), ENTITY_TYPES[Grouping[dimension]])
    return page(counts, f"messagesBy {dimension}", _place, _sort_key, COUNT_SHAPE, first, after)


async def _read_counts(reader: Reader, spec: QuerySpec, entity: EntityType[Any]) -> list[MessageCount]:
    counts = await count_by(reader, spec, entity.dimension)
    names = await load_names(reader, spec.tenant_id, entity, frozenset(counts))
    return [MessageCount(id, names.newest(id).name, count) for id, count in counts.items()]


def _place(row: MessageCount) -> tuple[int, str, str]:
    return row.messages, normalize(row.name), row.id


def _sort_key(place: tuple[int, str, str]) -> tuple[int, str, str]:
    messages, name, id = place
    return -messages, name, id


def _list_name(spec: QuerySpec, order: MessageOrder) -> str:
    """Return a name for the list of these messages in this order, the same whenever it is asked for."""
    # A period that is cut at this hour is cut a little later when the next page is asked for.
    until = None if spec.until is None else 0
    asked = msgspec.json.encode(replace(spec, now=0, until=until), order="deterministic")
    return f"messages {order.field} {order.descending} {blake2b(asked, digest_size=8).hexdigest()}"


def _position(of: str, after: str) -> tuple[int, str]:
    value, id = decode(of, after, SHAPE)
    return value, id


async def _with_names(loader: RequestLoader, spec: QuerySpec, rows: Iterable[AnyRow]) -> list[Message]:
    rows = list(rows)
    if not rows:
        return []
    tenant = spec.tenant_id

    async def names(kind: Any, column: Callable[[AnyRow], str]) -> NameHistory[Any]:
        return await loader.load(load_names, tenant, kind, frozenset(map(column, rows)))

    templates = await names(TEMPLATES, lambda row: row.template_id)
    departments = await names(DEPARTMENTS, lambda row: row.department_id)
    agents = await names(AGENTS, lambda row: row.agent_id)
    accounts = await names(ACCOUNTS, lambda row: row.account_id)
    titles = await loader.load(reported_titles, spec)
    rules = await loader.load(reply_rules, tenant, frozenset(row.reply_id for row in rows if row.reply_id))
    return [
        Message(
            row=row,
            template=templates.at(row.template_id, row.sent_at),
            department=departments.at(row.department_id, row.sent_at),
            agent=agents.at(row.agent_id, row.sent_at),
            account=accounts.at(row.account_id, row.sent_at),
            bounce=Bounce(row.failed_code, title_of(row.failed_code, titles)) if row.status == Status.FAILED else None,
            reply=_reply(row, rules) if row.reply_id else None,
            may_still_change=row.sent_at > spec.now - spec.finality_window,
            id=_masked(row.id, mask_message_id, spec) or row.id,
            recipient_phone=_masked(row.contact_phone, mask_phone, spec),
            recipient_id=_masked(row.contact_id, mask_contact_id, spec),
        )
        for row in rows
    ]


def _masked(value: str | None, mask: Callable[[str], str], spec: QuerySpec) -> str | None:
    return mask(value) if value is not None and spec.scope.masks_phones else value


def _reply(row: AnyRow, rules: dict[str, str]) -> Reply:
    return Reply(
        at=row.replied_at,
        kind=ReplyKind.of(row.reply_kind),
        text=row.reply_text,
        button=row.reply_button,
        rule=ReplyRule.__members__.get(rules.get(row.reply_id, "")),
        response_time=(row.replied_at - row.sent_at) / SECOND,
    )
