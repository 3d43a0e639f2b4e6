"""A tenant of which a supervisor sees one department; every text of the rest bears a mark."""

import base64
import binascii
import re
from typing import Any

from tests.support.factories import (
    MONDAY,
    Event,
    account,
    after,
    agent,
    contact_changed,
    correction,
    department,
    member,
    message_sent,
    reply,
    status,
    template,
    tenant,
)

# All that is the other department's: ids, names, and what people said, by what it is.
HIDDEN = {
    what: f"hidden-{what}"
    for what in (
        "department", "department-name", "agent", "agent-name", "agent-email", "account", "account-name",
        "template", "template-name", "template-language", "message", "wamid", "contact", "new-contact", "ticket",
        "ticket-key", "reply", "reply-text", "title-of-a-known-code", "title-of-an-unknown-code", "title-of-nobodys",
        "member", "meta-id", "number-id", "moved-agent", "moved-agent-name", "boss", "boss-name", "boss-email",
        "export", "note",
    )
}  # fmt: skip
PHONES = {"account-phone": "56970001111", "contact-phone": "56970002222"}
MARKS = HIDDEN | PHONES
KNOWN, UNKNOWN = 131026, 999
# Of whoever may not see them, and of no message of theirs.
NOBODYS = 998

_BASE64 = re.compile(r"[A-Za-z0-9_+/=-]{8,}")


def found(text: str) -> set[str]:
    """The marks in a text, also in what is written in base64 there, as cursors are."""
    read = text + "".join(_decoded(part) for part in _BASE64.findall(text))
    return {what for what, mark in MARKS.items() if re.search(re.escape(mark) + r"(?![a-z-])", read)}


def _decoded(part: str) -> str:
    try:
        return "\n" + base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode(errors="replace")
    except binascii.Error:
        return ""


def tenant_events() -> list[Event]:
    """The supervisor `s1` of `d1`, and a department of which nothing may be seen."""
    return [
        tenant(),
        member("s1", "d1"),
        member(HIDDEN["member"], HIDDEN["department"]),
        department("d1"),
        template("t1"),
        agent("u1"),
        account("a1"),
        *_sends("own", {}, "Message undeliverable"),
        department(HIDDEN["department"], HIDDEN["department-name"]),
        agent(HIDDEN["agent"], HIDDEN["agent-name"], email=HIDDEN["agent-email"]),
        agent(HIDDEN["moved-agent"], HIDDEN["moved-agent-name"]),
        template(
            HIDDEN["template"],
            HIDDEN["template-name"],
            language=HIDDEN["template-language"],
            meta_id=HIDDEN["meta-id"],
        ),
        account(
            HIDDEN["account"],
            HIDDEN["account-name"],
            phone=PHONES["account-phone"],
            phone_number_id=HIDDEN["number-id"],
        ),
        *_sends(HIDDEN["message"], _of_the_hidden(), HIDDEN["title-of-a-known-code"]),
        # It was the supervisor's for a while.
        message_sent("moved", agent_id=HIDDEN["moved-agent"]),
        correction("moved", updated_at=after(hours=1), department_id=HIDDEN["department"]),
        *_titles(),
        {"type": "template.notice", "at": MONDAY, "meta_id": HIDDEN["meta-id"], "status": "PAUSED"},
        contact_changed({"id": HIDDEN["contact"]}, {"id": HIDDEN["new-contact"]}, after(minutes=5)),
    ]


def _of_the_hidden() -> dict[str, Any]:
    return {
        "department_id": HIDDEN["department"],
        "agent_id": HIDDEN["agent"],
        "template_id": HIDDEN["template"],
        "account_id": HIDDEN["account"],
        "contact": {"phone": PHONES["contact-phone"], "id": HIDDEN["contact"]},
        "ticket": {"id": HIDDEN["ticket"], "key": HIDDEN["ticket-key"], "created": True},
    }


def _sends(name: str, fields: dict[str, Any], title: str) -> list[Event]:
    """One that was answered, and one that bounced for each of two reasons."""
    hidden = bool(fields)
    said = {"text": HIDDEN["reply-text"], "id": HIDDEN["reply"], "account_id": HIDDEN["account"]} if hidden else {}
    wamid = HIDDEN["wamid"] if hidden else f"wamid.{name}"
    contact = {"contact": fields["contact"], "in_reply_to": wamid} if hidden else {}
    return [
        message_sent(name, wamid=wamid, **fields),
        status(name, "read"),
        reply(name, after(minutes=2), **contact, **said),
        message_sent(f"{name} 1", wamid=None, **fields),
        status(f"{name} 1", "failed", error={"code": KNOWN, "title": title}),
        message_sent(f"{name} 2", wamid=None, **fields),
        status(f"{name} 2", "failed", error={"code": UNKNOWN}),
    ]


def _titles() -> list[Event]:
    """Newer words than the supervisor's messages have."""
    later = after(hours=2)
    hidden = f"{HIDDEN['message']} 2"
    return [
        status(hidden, "failed", later, error={"code": UNKNOWN, "title": HIDDEN["title-of-an-unknown-code"]}),
        status("nobody's", "failed", later, error={"code": NOBODYS, "title": HIDDEN["title-of-nobodys"]}),
    ]
