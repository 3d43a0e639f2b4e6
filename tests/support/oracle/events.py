"""Events by hand, for the tests of the oracle."""

from datetime import datetime
from typing import Any

from tests.support.oracle import Oracle, OracleMessage

MONDAY = "2026-11-02T12:00:00Z"
ANA = {"phone": "+56 9 3333 4444"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def sent(id: str = "m1", at: str = MONDAY, updated_at: str | None = None, **message: Any) -> dict[str, Any]:
    body = {"account_id": "a1", "department_id": "d1", "agent_id": "u1", "template_id": "t1", "contact": ANA}
    event = {"type": "message.sent", "at": at, "message": {"id": id, **body, **message}}
    return event | ({"updated_at": updated_at} if updated_at else {})


def correction(updated_at: str, id: str = "m1", at: str = MONDAY, **fields: Any) -> dict[str, Any]:
    return {"type": "message.sent", "at": at, "updated_at": updated_at, "message": {"id": id, **fields}}


def status(status: str, at: str = MONDAY, **named: Any) -> dict[str, Any]:
    return {"type": "message.status", "at": at, "status": status, **(named or {"message_id": "m1"})}


def failed(code: int | None, at: str = MONDAY) -> dict[str, Any]:
    return status("failed", at, message_id="m1", **({} if code is None else {"error": {"code": code}}))


def reply(at: str, id: str | None = "r1", **fields: Any) -> dict[str, Any]:
    body = {"id": id, "account_id": "a1", "contact": ANA, "kind": "text", "text": "Sí", **fields}
    return {"type": "message.reply", "at": at, "reply": {k: v for k, v in body.items() if v is not None}}


def upsert(kind: str, id: str, at: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"{kind}.upserted", "at": at, kind: {"id": id, **fields}}


def tenant(at: str = MONDAY, **fields: Any) -> dict[str, Any]:
    return {"type": "tenant.upserted", "at": at, **fields}


def message(*events: dict[str, Any], id: str = "m1") -> OracleMessage:
    return Oracle(events).messages[id]


def answered(*events: dict[str, Any]) -> dict[str, str | None]:
    """The rule of every message that has a reply."""
    return {m.id: m.reply_rule for m in Oracle(events).messages.values() if m.replied_at}


LATER, LAST = "2026-11-04T12:00:00Z", "2026-11-05T12:00:00Z"
