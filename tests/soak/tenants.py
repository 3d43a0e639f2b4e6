"""The tenants of a soak: the demo's believable year, with more of what makes numbers go wrong.

Contacts write and are written to more often, and under other names than the dialled ones; sends are corrected, in part
and whole, and sent again; phones are mistyped; wamids and phone number ids become known late, and move; zone, reply
window, memberships, names and categories change. All of it follows from a seed.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from service.demo.directory import DEPARTMENTS, PEOPLE, TEMPLATES
from service.demo.events import demo_events
from service.demo.outcomes import NUMBERS, contact_keys
from service.demo.texts import ERROR_TITLES
from tests.support import factories

Event = dict[str, Any]

UNTIL = datetime(2026, 10, 1, 15, tzinfo=UTC)  # the same history on every day that a soak runs
CONTACTS = 60  # so that one reply has several sends it could be meant for
ZONES = ("America/Santiago", "Asia/Kathmandu", "UTC", "Australia/Lord_Howe")
WINDOWS = (0, 1, 3, 7, 30)
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION", "SERVICE")
# How much later than its description a correction is stated; at the same time both count, earlier ones do not.
LATER = (timedelta(-1), timedelta(), timedelta(hours=1), timedelta(days=2))
SUPERVISORS = tuple(person.user_id for person in PEOPLE if person.role == "supervisor")


@dataclass(frozen=True)
class TenantData:
    """A tenant and everything that there is to be known of it, each event once."""

    tenant: str
    events: list[Event]


def tenant_data(seed: int, number: int, messages: int) -> TenantData:
    """A tenant of so many messages; the same arguments give the same one."""
    tenant = f"soak-{seed}-{number}"
    rng = Random(tenant)
    made = [_crowded(event) for event in demo_events(messages, rng.getrandbits(32), UNTIL)]
    changed = [variant for event in made for variant in CHANGES.get(event["type"], _as_it_is)(rng, event)]
    pairs = [event["message"] for event in made if event["type"] == "message.sent"]
    changed = [_named_otherwise(rng, event, _dialled(pairs)) for event in changed]
    more = [*_corrections(rng, changed, pairs), *_mistyped(rng, changed), *_settings(rng), *_memberships(rng)]
    more += [*_renamed(rng, made), *_notices(rng), *_moved_people(rng)]
    return TenantData(tenant, list({json.dumps(event): event for event in (*changed, *more)}.values()))


def _crowded(event: Event) -> Event:
    """The event, with one of few contacts in place of its own."""
    for kind in ("message", "reply"):
        if contact := event.get(kind, {}).get("contact"):
            keys = contact_keys(sum(map(ord, str(contact.get("phone") or contact["id"]))) % CONTACTS)
            event[kind] = {**event[kind], "contact": {key: keys[key] for key in contact if key in keys} or keys}
    return event


def _as_it_is(_rng: Random, event: Event) -> Iterator[Event]:
    yield event


def _numbered_late(rng: Random, event: Event) -> Iterator[Event]:
    """An account whose phone number id comes later, is another's for a while, and that then is known by a new one."""
    account, at = event["account"], event["at"]
    number = account.pop("phone_number_id")
    yield {**event, "account": account}
    told = ((30, rng.choice(list(NUMBERS.values()))), (60, rng.choice([None, number])), (90, number))
    for days, known in (*told, (300, rng.choice((number, f"7{number}")))):
        stated = {"id": account["id"], "phone_number_id": known}
        yield {**event, "account": stated, "updated_at": factories.after(at, days=days)}
    # A directory that tells only what changed.
    yield {**event, "account": {"id": account["id"], "active": False}, "updated_at": factories.after(at, days=200)}


def _sent_before_it_had_an_id(rng: Random, event: Event) -> Iterator[Event]:
    """Some sends are told without their wamid first."""
    if rng.random() < 0.15:
        yield {**event, "message": {key: value for key, value in event["message"].items() if key != "wamid"}}
        event = {**event, "updated_at": factories.after(event["at"], seconds=2)}
    yield event


def _contradicted(rng: Random, event: Event) -> Iterator[Event]:
    """Some messages fail too, before or after what else became of them."""
    yield event
    if rng.random() < 0.03:
        code = rng.choice(list(ERROR_TITLES))
        error = {"code": code, "title": ERROR_TITLES[code]}
        at = factories.after(event["at"], seconds=rng.choice((-60, 0, 60)))
        yield {**event, "at": at, "status": "failed", "error": error}


def _heard_twice(rng: Random, event: Event) -> Iterator[Event]:
    """The platform's account of a reply, WhatsApp's, or both."""
    reply, heard = event["reply"], rng.random()
    if "wamid" not in reply or heard < 0.6:
        yield event
    if "wamid" in reply and heard > 0.3:
        kept = {key: reply[key] for key in ("wamid", "contact", "in_reply_to", "kind", "text") if key in reply}
        kept["kind"] = AS_WHATSAPP_SAYS.get(kept["kind"], kept["kind"])
        further: Event = rng.choice([{}] * 30 + [{"group_id": "120363"}, {"referral": True}])
        yield {**event, "reply": {**kept, **further, "phone_number_id": NUMBERS[reply["account_id"]]}}


# WhatsApp's word for what platforms may know less of.
AS_WHATSAPP_SAYS = {"interactive": "button", "media": "image"}

CHANGES: dict[str, Callable[[Random, Event], Iterator[Event]]] = {
    "account.upserted": _numbered_late,
    "message.sent": _sent_before_it_had_an_id,
    "message.status": _contradicted,
    "message.reply": _heard_twice,
}


def _corrections(rng: Random, events: Iterable[Event], others: list[Event]) -> Iterator[Event]:
    """Sends told again, whole or only what changed: by somebody else, with another template, ticket, contact or time,
    or sent again under another wamid.
    """
    for event in events:
        if event["type"] == "message.sent" and rng.random() < 0.12:
            other = rng.choice(others)
            changed: tuple[str, ...] = rng.choice(
                [("agent_id", "department_id"), ("template_id", "template_category"), ("ticket",), ("contact",)]
            )
            changes = {key: other.get(key) for key in changed}
            if "wamid" in event["message"] and rng.random() < 0.1:
                changes = {"wamid": f"{event['message']['wamid']}2"}
            whole = event["message"] if rng.random() < 0.5 else {"id": event["message"]["id"]}
            stated = datetime.fromisoformat(event["at"]) + rng.choice(LATER)
            at = factories.after(event["at"], minutes=rng.choice((0, 0, 1, 900)))
            yield {**event, "at": at, "message": {**whole, **changes}, "updated_at": stated.isoformat()}


def _mistyped(rng: Random, events: Iterable[Event]) -> Iterator[Event]:
    """Sends to what is no phone, which are refused at once."""
    for event in events:
        if event["type"] == "message.sent" and rng.random() < 0.01:
            id = f"{event['message']['id']}x"
            phone = rng.choice(("123", "sin numero", "56911112222 / 56933334444", ""))
            kept = {key: value for key, value in event["message"].items() if key != "wamid"}
            yield {**event, "message": {**kept, "id": id, "contact": {"phone": phone}}}
            yield factories.status(id, "failed", factories.after(event["at"], seconds=1), 131009)


def _dialled(messages: Iterable[Event]) -> dict[str, str]:
    """The phone that was dialled for each wamid."""
    return {m["wamid"]: m["contact"]["phone"] for m in messages if "wamid" in m and "phone" in m["contact"]}


def _named_otherwise(rng: Random, event: Event, dialled: dict[str, str]) -> Event:
    """The event, in which WhatsApp calls some people by another number than the dialled one."""
    if event["type"] == "message.status" and (phone := dialled.get(event.get("wamid", ""))) and rng.random() < 0.5:
        return {**event, "recipient": {"phone": _foreign(phone)}}
    if event["type"] == "message.reply" and "phone" in event["reply"]["contact"] and rng.random() < 0.3:
        contact = event["reply"]["contact"]
        return {**event, "reply": {**event["reply"], "contact": {**contact, "phone": _foreign(contact["phone"])}}}
    return event


def _foreign(phone: str) -> str:
    """The number by which WhatsApp knows a phone: in some countries it has a digit more."""
    return f"{phone[:3]}9{phone[3:]}"


def _moved_people(rng: Random) -> Iterator[Event]:
    """People who have another number from some day on."""
    for _ in range(10):
        old, new = (contact_keys(who).get("phone", "") for who in rng.sample(range(CONTACTS), 2))
        if old and new:
            yield factories.contact_changed({"phone": old}, {"phone": new}, _some_time(rng))


def _renamed(rng: Random, events: Iterable[Event]) -> Iterator[Event]:
    """Renames of entities of the directory that state nothing else."""
    for event in events:
        for kind in ("department", "agent", "account", "template"):
            if event["type"] == f"{kind}.upserted" and rng.random() < 0.3:
                entity = {"id": event[kind]["id"], "name": f"{event[kind]['name']} II"}
                yield {"type": event["type"], "at": _some_time(rng), kind: entity}


def _some_time(rng: Random) -> str:
    """One of few instants of the history, so that some are the same."""
    return (UNTIL - timedelta(days=rng.randrange(0, 390, 30))).isoformat()


def _settings(rng: Random) -> Iterator[Event]:
    for _ in range(4):
        yield factories.tenant(rng.choice(ZONES), _some_time(rng), reply_window_days=rng.choice(WINDOWS))
        yield {"type": "tenant.upserted", "at": _some_time(rng), "name": "Soak"}


def _memberships(rng: Random) -> Iterator[Event]:
    for _ in range(30):
        department, added = rng.choice(DEPARTMENTS).id, rng.random() < 0.6
        yield factories.member(rng.choice(SUPERVISORS), department, _some_time(rng), added=added)


def _notices(rng: Random) -> Iterator[Event]:
    """Make WhatsApp's notices of templates' categories: some by the id that the platform knows, some not."""
    for number, template in enumerate(TEMPLATES):
        if rng.random() < 0.5:
            yield {
                "type": "template.notice",
                "at": factories.after(_some_time(rng), seconds=0),
                "meta_id": str(168_900_417_220 + 7_919 * number + rng.choice((0, 0, 1))),
                "name": template.name,
                "language": "es_CL",
                "category": rng.choice(CATEGORIES),
            }
