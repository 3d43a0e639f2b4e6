"""Bodies of WhatsApp's webhooks, and reading them, for the tests of the format."""

from datetime import UTC, datetime
from typing import Any

from analytics.ingest.events import (
    AnyEvent,
    Inbound,
    InvalidEventError,
    MessageReply,
)
from analytics.ingest.formats.whatsapp import read_body

AT = datetime(2023, 10, 11, 16, 53, 43, tzinfo=UTC)
SECONDS = "1697043223"
NUMBER = "1122334455667"
PERSON = {"profile": {"name": "Test"}, "wa_id": "972987654321", "user_id": "US.134"}


def body(*values: dict[str, Any], field: str = "messages", time: int = 1697043223) -> dict[str, Any]:
    changes = [{"field": field, "value": value} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "time": time, "changes": changes}]}


def value(**items: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}, **items}


def events(of: Any) -> list[AnyEvent]:
    found = [event for _, event in read_body(of)]
    assert not [event for event in found if isinstance(event, InvalidEventError)]
    return [event for event in found if not isinstance(event, InvalidEventError)]


def status(**fields: Any) -> dict[str, Any]:
    return {"id": "wamid.out", "status": "delivered", "timestamp": SECONDS, "recipient_id": "972987654321"} | fields


def message(type_: str = "text", content: Any = None, **fields: Any) -> dict[str, Any]:
    said = {"body": "Sí, gracias"} if content is None else content
    return {"from": "972987654321", "id": "wamid.in", "timestamp": SECONDS, "type": type_, type_: said} | fields


def replied(of: dict[str, Any], **around: Any) -> Inbound:
    [event] = events(body(value(messages=[of], **around)))
    assert isinstance(event, MessageReply)
    assert event.at == AT
    return event.reply
