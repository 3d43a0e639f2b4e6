"""Events, people and requests, made by plain functions: what a test does not care about has a default."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.domain.access import Identity, Viewer
from analytics.domain.errors import PublicError
from analytics.exports.records import Export
from analytics.reports.access import load_viewer
from analytics.storage.database import Database
from graphql_schema.context import Context, RequestPolicy
from graphql_schema.schema import schema
from resolvers.exports import ExportQueue
from tests.support.fakes import FakeExportQueue

Event = dict[str, Any]
ANY_REQUEST = RequestPolicy()

MONDAY = "2026-11-02T12:00:00Z"  # every day of this week has 24 hours in America/Santiago
LONG_AGO = "2020-01-01T00:00:00Z"  # when directories in tests began


def after(at: str = MONDAY, **lapse: float) -> str:
    """An instant some time after another one, as text."""
    return (datetime.fromisoformat(at) + timedelta(**lapse)).astimezone(UTC).isoformat()


def message_sent(id: str = "m1", at: str = MONDAY, **fields: Any) -> Event:
    """A send; `updated_at` belongs to the event, everything else to its message, None is absent."""
    message: dict[str, Any] = {
        "id": id,
        "wamid": f"wamid.{id}",
        "account_id": "a1",
        "department_id": "d1",
        "agent_id": "u1",
        "template_id": "t1",
        "contact": {"phone": "+56933334444"},
    }
    event: Event = {"type": "message.sent", "at": at}
    if "updated_at" in fields:
        event["updated_at"] = fields.pop("updated_at")
    message |= fields
    return {**event, "message": {key: value for key, value in message.items() if value is not None}}


def correction(id: str = "m1", at: str = MONDAY, *, updated_at: str, **fields: Any) -> Event:
    """A later statement of these keys of a message; None says that there is none."""
    return {"type": "message.sent", "at": at, "updated_at": updated_at, "message": {"id": id, **fields}}


def ticket(id: str = "9001", *, created: bool = True, key: str | None = None) -> dict[str, Any]:
    """The ticket of a message."""
    return {"id": id, "key": key or f"DESK-{id}", "created": created}


def status(
    message_id: str = "m1", status: str = "delivered", at: str = MONDAY, code: int | None = None, **fields: Any
) -> Event:
    """A status event of a message."""
    error = {} if code is None else {"error": {"code": code}}
    return {"type": "message.status", "at": at, "message_id": message_id, "status": status, **error, **fields}


def reply(to: str = "m1", at: str = MONDAY, **fields: Any) -> Event:
    """A reply that quotes the message of this id (see `message_sent`)."""
    body = {
        "id": f"r-{to}",
        "account_id": "a1",
        "contact": {"phone": "+56933334444"},
        "in_reply_to": f"wamid.{to}",
        "kind": "text",
        "text": "Sí, gracias",
    }
    return {"type": "message.reply", "at": at, "reply": body | fields}


def contact_changed(old: dict[str, str], new: dict[str, str], at: str = MONDAY) -> Event:
    """Somebody is called otherwise from now on; comes from webhooks only."""
    return {"type": "contact.changed", "at": at, "old": old, "new": new}


def tenant(time_zone: str = "America/Santiago", at: str = LONG_AGO, **fields: Any) -> Event:
    """A tenant's settings."""
    return {"type": "tenant.upserted", "at": at, "time_zone": time_zone, **fields}


def _upserted(kind: str, at: str, entity: dict[str, Any]) -> Event:
    return {"type": f"{kind}.upserted", "at": at, kind: entity}


def department(id: str = "d1", name: str = "Ventas", at: str = LONG_AGO, **fields: Any) -> Event:
    """A department."""
    return _upserted("department", at, {"id": id, "name": name, **fields})


def agent(id: str = "u1", name: str = "Ana Díaz", at: str = LONG_AGO, **fields: Any) -> Event:
    """An agent."""
    return _upserted("agent", at, {"id": id, "name": name, "email": f"{id}@acme.cl", **fields})


def account(id: str = "a1", name: str = "Acme Chile", at: str = LONG_AGO, **fields: Any) -> Event:
    """A sender account."""
    return _upserted("account", at, {"id": id, "name": name, "phone": "+56911112222", **fields})


def template(id: str = "t1", name: str = "recordatorio_pago", at: str = LONG_AGO, **fields: Any) -> Event:
    """A template."""
    body = {"id": id, "name": name, "category": "UTILITY", "language": "es_CL", **fields}
    return _upserted("template", at, body)


def member(user_id: str = "s1", department_id: str = "d1", at: str = LONG_AGO, *, added: bool = True) -> Event:
    """Somebody joins a department, or leaves it."""
    type = "member.added" if added else "member.removed"
    return {"type": type, "at": at, "user_id": user_id, "department_id": department_id}


def identity(tenant: str, role: str = "administrator", id: str = "boss", **fields: Any) -> Identity:
    """The identity of a token."""
    return Identity(id, tenant, role, **fields)


def supervisor(tenant: str, id: str = "s1") -> Identity:
    """A supervisor; their departments are those of `member` events."""
    return identity(tenant, "supervisor", id)


async def viewer(database: Database, who: Identity, *, mask_phones: bool = False) -> Viewer:
    """The viewer that somebody is at this moment."""
    async with database.read() as reader:
        return await load_viewer(reader, who, mask_phones)


def link(viewer: Viewer, export: Export) -> str:
    """A download link that can be recognised."""
    return f"https://files.example/{export.id}?for={viewer.id}"


def context(
    database: Database,
    who: Identity | PublicError | None,
    *,
    jobs: ExportQueue | None = None,
    now: int | None = None,
    policy: RequestPolicy = ANY_REQUEST,
) -> Context:
    """The context of one request."""
    moment = time.time_ns() // 1000 if now is None else now
    queue = jobs or FakeExportQueue()
    return Context(identity=who, now=moment, database=database, export_queue=queue, link=link, policy=policy)


async def execute(
    database: Database,
    who: Identity | PublicError | None,
    document: str,
    variables: dict[str, Any] | None = None,
    **options: Any,
) -> Any:
    """The result of one request: `data` and `errors`."""
    return await schema.execute(document, variables, context_value=context(database, who, **options))


async def ask(
    database: Database,
    who: Identity | None,
    document: str,
    variables: dict[str, Any] | None = None,
    **options: Any,
) -> Any:
    """The data of one request that goes well."""
    result = await execute(database, who, document, variables, **options)
    assert result.errors is None, result.errors
    return result.data


async def codes(
    database: Database, who: Identity | None, document: str, variables: dict[str, Any] | None = None, **options: Any
) -> list[str]:
    """The codes of the errors of one request."""
    result = await execute(database, who, document, variables, **options)
    return [error.extensions["code"] for error in result.errors or []]
