"""A tenant that was told only what concerns some departments of another one, with the same ids.

Its messages restate the rows that the oracle has of them: which reply answers which message is decided among all
that a tenant sent, and so is told here, not found again.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tests.support.factories import LONG_AGO, message_sent, reply, status
from tests.support.oracle import Oracle, OracleMessage

Event = dict[str, Any]

# What the tenant knows as a whole: its settings, and what WhatsApp says of templates.
OF_THE_TENANT = ("tenant.upserted", "template.notice")


def twin(events: Iterable[Event], departments: Collection[str]) -> list[Event]:
    """The events of the tenant that has only these departments, and of the directory only what they used."""
    told = list(events)
    rows = [message for message in Oracle(told).messages.values() if message.department_id in departments]
    known = {event["department"]["id"] for event in told if event["type"] == "department.upserted"}
    used = {
        "department": set(departments),
        "agent": {row.agent_id for row in rows},
        "account": {row.account_id for row in rows},
        "template": {row.template_id for row in rows},
    }
    return [
        *(event for event in told if event["type"] in OF_THE_TENANT),
        *(event for event in told for kind, ids in used.items() if kind in event and event[kind]["id"] in ids),
        # Members may name what the directory does not have yet.
        *(
            {"type": "department.upserted", "at": LONG_AGO, "department": {"id": id}}
            for id in used["department"] - known
        ),
        *(event for row in rows for event in _restated(row)),
    ]


def _restated(row: OracleMessage) -> Iterator[Event]:
    sent_at = row.sent_at.isoformat()
    contact = {"id": f"of {row.id}"}
    ticket = {"id": row.ticket_id, "key": row.ticket_key, "created": row.ticket_created}
    yield message_sent(
        row.id,
        sent_at,
        updated_at=sent_at,  # as a correction it may have a ticket without an id
        account_id=row.account_id,
        department_id=row.department_id,
        agent_id=row.agent_id,
        template_id=row.template_id,
        template_category=row.template_category,
        contact=contact,
        ticket=ticket,
    )
    for word in ("accepted", "delivered", "read", "failed"):
        at = getattr(row, f"{word}_at")
        if at is not None:
            yield status(row.id, word, at.isoformat(), row.bounce_code if word == "failed" else None)
    if row.replied_at:
        said = {"account_id": row.account_id, "contact": contact, "kind": row.reply_kind, "text": row.reply_text}
        if row.reply_button != row.reply_text:
            said["button_payload"] = row.reply_button
        yield reply(row.id, row.replied_at.isoformat(), **said)
