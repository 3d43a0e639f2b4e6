"""WhatsApp's bodies in tests, made by plain functions."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from tests.support.factories import MONDAY

NUMBER = "1122334455667"
PHONE = "56933334444"


def seconds(at: str) -> str:
    """An instant as WhatsApp writes it."""
    return str(int(datetime.fromisoformat(at).timestamp()))


def status(wamid: str, status: str = "delivered", at: str = MONDAY, **fields: Any) -> dict[str, Any]:
    """One of a body's statuses."""
    return {"id": wamid, "status": status, "timestamp": seconds(at), "recipient_id": PHONE} | fields


def message(wamid: str, text: str = "Sí, gracias", at: str = MONDAY, **fields: Any) -> dict[str, Any]:
    """One of a body's messages: a customer wrote."""
    said = {"id": wamid, "from": PHONE, "timestamp": seconds(at), "type": "text", "text": {"body": text}}
    return said | fields


def body(*, statuses: list[dict[str, Any]] | None = None, messages: list[dict[str, Any]] | None = None) -> bytes:
    """A body as it is sent."""
    value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}}
    if statuses:
        value["statuses"] = statuses
    if messages:
        value["messages"] = messages
    changes = [{"field": "messages", "value": value}]
    entry = [{"id": "1", "time": int(seconds(MONDAY)), "changes": changes}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()


def signature(body: bytes, secret: str) -> str:
    """Return the signature of a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
