"""Nothing that was counted is lost by a later statement, and nobody's reply is missed."""

from typing import Any

import pytest
from sqlalchemy import select, update

from analytics.domain.message_status import Status
from analytics.ingest.batch import apply_events
from analytics.ingest.formats.files import read_events, read_whatsapp
from analytics.ingest.outcomes import Outcome
from analytics.ingest.reprocessing import derive_again, is_outdated
from analytics.lifecycle.orphans import delete_orphans as drop_orphans
from analytics.reports.directory import AGENTS, DEPARTMENTS, load_names
from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import verify
from analytics.storage.database import Database
from analytics.storage.tables import early_messages, messages, receipts, replies, tenants
from tests.support import factories
from tests.support.factories import MONDAY, account, after, correction, message_sent, reply, status
from tests.support.ingest_helpers import Event, everything, feed
from tests.support.paths import SHARED

CASES = SHARED / "data" / "cases"
NUMBER = "555000111"
ACCEPTED, DUPLICATE, SUPERSEDED = Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.SUPERSEDED


async def rows_of(database: Database, tenant: str) -> dict[str, Any]:
    async with database.read() as reader:
        return {row.id: row for row in await reader.rows(select(messages).where(messages.c.tenant_id == tenant))}


async def statuses(database: Database, tenant: str) -> dict[str, str]:
    return {id: Status(row.status).name for id, row in (await rows_of(database, tenant)).items()}


async def answers(database: Database, tenant: str) -> dict[str, tuple[str, str] | None]:
    async with database.read() as reader:
        rows = await reader.rows(select(replies).where(replies.c.tenant_id == tenant))
    return {row.id: (row.message_id, row.rule) if row.message_id else None for row in rows}


async def rollup_differences(database: Database, tenant: str) -> list[Any]:
    return [difference async for _, found in verify(database, tenant) for difference in found]


def by_number(word: str, at: str = after(MONDAY, minutes=1), number: str = NUMBER, **fields: Any) -> Event:
    """A status as WhatsApp sends it."""
    named = {"type": "message.status", "at": at, "wamid": "wamid.m1", "phone_number_id": number, "status": word}
    return named | fields


def heard(at: str = after(MONDAY, hours=1), **fields: Any) -> Event:
    """A reply as WhatsApp sends it, which quotes nothing."""
    said = {"wamid": "wamid.in", "phone_number_id": NUMBER, "contact": {"phone": "56933334444"}, "text": "hola"}
    return {"type": "message.reply", "at": at, "reply": said | fields}


# Directories that change

LATER = after(MONDAY, days=18)
CHANGES: dict[str, list[Event]] = {
    "deactivated": [{"type": "account.upserted", "at": LATER, "account": {"id": "a1", "active": False}}],
    "renamed": [{"type": "account.upserted", "at": LATER, "account": {"id": "a1", "name": "Otra"}}],
    "without a number": [{"type": "account.upserted", "at": LATER, "account": {"id": "a1", "phone_number_id": None}}],
    "moved": [account("a1", at=LATER, phone_number_id="999")],
    "moved before": [account("a1", at="2019-01-01T00:00:00Z", phone_number_id="999")],
    "moved and back": [account("a1", at=LATER, phone_number_id="999"), account("a1", phone_number_id=NUMBER)],
    "taken over": [account("a2", at=LATER, phone_number_id=NUMBER)],
    "corrected": [correction("m1", updated_at=after(MONDAY, days=1), agent_id="u9")],
    "corrected to none": [correction("m1", updated_at=after(MONDAY, days=1), wamid=None)],
    "a tenant's name": [{"type": "tenant.upserted", "at": LATER, "name": "Acme"}],
}


@pytest.mark.parametrize("change", CHANGES)
async def test_no_change_of_the_directory_takes_anything_away(database: Database, tenant: str, change: str) -> None:
    known = [account("a1", phone_number_id=NUMBER), message_sent("m1"), by_number("delivered"), by_number("read")]
    await feed(database, tenant, [*known, heard()])
    await feed(database, tenant, CHANGES[change], received_at=5)
    assert await statuses(database, tenant) == {"m1": "READ"}
    assert await answers(database, tenant) == {"wamid.in": ("m1", "CONVERSATION")}
    assert await drop_orphans(database, tenant, received_before=10**18, now=7) == (0, 0, 0)
    assert await statuses(database, tenant) == {"m1": "READ"}


async def test_late_bodies_of_an_old_number_find_their_account(database: Database, tenant: str) -> None:
    moved = [account("a1", phone_number_id=NUMBER), account("a1", at=after(MONDAY, days=1), phone_number_id="999")]
    await feed(database, tenant, [*moved, message_sent("m1"), message_sent("m2", at=after(MONDAY, days=2))])
    late = [by_number("read"), heard(), by_number("delivered", after(MONDAY, days=3), "999", wamid="wamid.m2")]
    assert await feed(database, tenant, late) == [ACCEPTED] * 3
    assert await statuses(database, tenant) == {"m1": "READ", "m2": "DELIVERED"}


async def test_a_number_of_two_accounts_belongs_to_each_in_its_time(database: Database, tenant: str) -> None:
    moved = [account("a1", phone_number_id=NUMBER), account("a2", at=after(MONDAY, days=1), phone_number_id=NUMBER)]
    sends = [message_sent("m1"), message_sent("m2", at=after(MONDAY, days=2), account_id="a2")]
    await feed(database, tenant, [*moved, *sends, heard(), heard(after(MONDAY, days=3), wamid="wamid.in2")])
    assert await answers(database, tenant) == {
        "wamid.in": ("m1", "CONVERSATION"),
        "wamid.in2": ("m2", "CONVERSATION"),
    }


async def test_a_tenant_keeps_its_zone_and_an_agent_their_name(database: Database, tenant: str) -> None:
    known = [factories.tenant("America/Santiago", reply_window_days=3), factories.agent("u1", "Ana")]
    await feed(database, tenant, known)
    later: list[Event] = [
        {"type": "tenant.upserted", "at": MONDAY, "name": "Acme"},
        {"type": "agent.upserted", "at": MONDAY, "agent": {"id": "u1", "active": False}},
        {"type": "department.upserted", "at": MONDAY, "department": {"id": "d1", "active": None, "name": "Ventas"}},
    ]
    await feed(database, tenant, later)
    async with database.read() as reader:
        row = await reader.first(select(tenants).where(tenants.c.tenant_id == tenant))
        agents, departments = await load_names(reader, tenant, AGENTS), await load_names(reader, tenant, DEPARTMENTS)
    assert row is not None
    assert (row.time_zone, row.name, row.reply_window_days) == ("America/Santiago", "Acme", 3)
    assert (agents.newest("u1").name, agents.newest("u1").active) == ("Ana", False)
    assert (departments.newest("d1").name, departments.newest("d1").active) == ("Ventas", True)


TAKEN_AND_GIVEN_BACK: dict[str, tuple[Event, Event]] = {
    "a shorter window": (
        {"type": "tenant.upserted", "at": LATER, "reply_window_days": 1},
        {"type": "tenant.upserted", "at": after(LATER, days=90), "reply_window_days": 7},
    ),
    "another account's number": (
        account("a2", at=after(MONDAY, days=1), phone_number_id=NUMBER),
        account("a1", at=after(MONDAY, days=2), phone_number_id=NUMBER),
    ),
}


@pytest.mark.parametrize("change", TAKEN_AND_GIVEN_BACK)
async def test_what_a_setting_takes_from_a_message_is_never_dropped(
    database: Database, tenant: str, change: str
) -> None:
    taken, given = TAKEN_AND_GIVEN_BACK[change]
    known = [account("a1", phone_number_id=NUMBER), message_sent("m1"), heard(after(MONDAY, days=3))]
    await feed(database, tenant, known)
    await feed(database, tenant, [taken])
    assert await answers(database, tenant) == {"wamid.in": None}
    assert await drop_orphans(database, tenant, received_before=7 * 10**15, now=7) == (0, 0, 0)
    await feed(database, tenant, [given])
    assert await answers(database, tenant) == {"wamid.in": ("m1", "CONVERSATION")}


async def test_a_reply_that_lost_its_message_waits_from_then_on(database: Database, tenant: str) -> None:
    known = [message_sent("m1", ticket={"id": "9001"}), reply("m1", in_reply_to=None, ticket_id="9001", contact=None)]
    await feed(database, tenant, known)
    moved = correction("m1", updated_at=after(MONDAY, hours=1), ticket={"id": "9002"})
    await feed(database, tenant, [moved], received_at=5)
    assert await drop_orphans(database, tenant, received_before=5, now=7) == (0, 0, 0)
    assert await drop_orphans(database, tenant, received_before=6, now=7) == (0, 1, 0)


# Corrections


async def test_a_correction_says_only_what_changed(database: Database, tenant: str) -> None:
    ticket = {"id": "9001", "key": "DESK-9001", "created": True}
    whole = message_sent("m1", ticket=ticket, template_category="UTILITY")
    changed = correction("m1", updated_at=after(MONDAY, hours=1), department_id="d2", ticket={"key": None})
    for order in ([whole, changed], [changed, whole], [changed, whole, changed, whole]):
        name = f"{tenant}{len(order)}{order[0] is whole}"
        await feed(database, name, order, batch=1)
        row = (await rows_of(database, name))["m1"]
        assert (row.department_id, row.agent_id, row.wamid, row.template_category) == (
            "d2",
            "u1",
            "wamid.m1",
            "UTILITY",
        )
        assert (row.ticket_id, row.ticket_key, row.ticket_created) == ("9001", None, True)
        assert await rollup_differences(database, name) == []


async def test_a_correction_waits_for_its_message_and_does_not_count(database: Database, tenant: str) -> None:
    early = [correction("m1", updated_at=after(MONDAY, hours=1), agent_id="u2"), status("m1", "read")]
    assert await feed(database, tenant, early) == [ACCEPTED, ACCEPTED]
    assert await rows_of(database, tenant) == {}
    assert await feed(database, tenant, early) == [DUPLICATE, DUPLICATE]
    older = correction("m1", updated_at=after(MONDAY, minutes=1), agent_id="u3")
    assert await feed(database, tenant, [older]) == [SUPERSEDED]
    await feed(database, tenant, [message_sent("m1")])
    row = (await rows_of(database, tenant))["m1"]
    assert (row.agent_id, row.account_id, Status(row.status)) == ("u2", "a1", Status.READ)
    async with database.read() as reader:
        assert await reader.first(select(early_messages).where(early_messages.c.tenant_id == tenant)) is None


async def test_a_correction_whose_message_never_comes_is_dropped_and_counted(database: Database, tenant: str) -> None:
    await feed(database, tenant, [correction("m1", updated_at=after(MONDAY, hours=1), agent_id="u2")], received_at=5)
    assert await drop_orphans(database, tenant, received_before=5, now=7) == (0, 0, 0)
    assert await drop_orphans(database, tenant, received_before=6, now=7) == (0, 0, 1)


async def test_of_statements_that_contradict_each_other_the_one_that_lost_is_told(
    database: Database, tenant: str
) -> None:
    moved, back = message_sent("m1", department_id="d2"), message_sent("m1")
    assert await feed(database, tenant, [back, moved, back, moved]) == [ACCEPTED, ACCEPTED, SUPERSEDED, DUPLICATE]
    names = [factories.agent("u1", name) for name in ("Ana", "Zoe", "Ana", "Zoe")]
    assert await feed(database, tenant, names) == [ACCEPTED, ACCEPTED, SUPERSEDED, DUPLICATE]
    zones = [factories.tenant("UTC"), factories.tenant("America/Santiago"), factories.tenant("UTC")]
    assert await feed(database, tenant, zones) == [ACCEPTED, SUPERSEDED, DUPLICATE]
    member = [factories.member(added=added) for added in (True, False, True, False)]
    assert await feed(database, tenant, member) == [ACCEPTED, ACCEPTED, SUPERSEDED, DUPLICATE]
    # An older version of a name is a part of the history: nothing is lost of it.
    assert await feed(database, tenant, [factories.agent("u1", "Eva", "2019-01-01T00:00:00Z")]) == [ACCEPTED]


# Failures


async def test_a_failure_without_a_reason_hides_none(database: Database, tenant: str) -> None:
    failures = [status("m1", "failed", after(minutes=n), code) for n, code in ((1, None), (3, 131026), (2, 131047))]
    for order in (failures, failures[::-1], [failures[1], failures[0], failures[2]]):
        name = f"{tenant}{order[0]['at']}"
        await feed(database, name, [message_sent("m1"), *order], batch=1)
        assert (await rows_of(database, name))["m1"].failed_code == 131047


@pytest.mark.parametrize("phone", ["123", "sin numero", "", "56911112222 / 56933334444", "+", "1" * 21])
async def test_a_mistyped_phone_is_a_message_that_bounced(database: Database, tenant: str, phone: str) -> None:
    await feed(database, tenant, [message_sent("m1", contact={"phone": phone}), status("m1", "failed", code=131009)])
    row = (await rows_of(database, tenant))["m1"]
    assert (Status(row.status), row.failed_code, row.contact_phone) == (Status.FAILED, 131009, phone)
    assert row.contact_digits is None


# People by other names


@pytest.mark.parametrize(
    ("dialled", "called"),
    [("+525512345678", "5215512345678"), ("+5531987654321", "553187654321"), ("+541123456789", "5491123456789")],
)
async def test_a_reply_comes_from_the_number_that_whatsapp_knows(
    database: Database, tenant: str, dialled: str, called: str
) -> None:
    known = [account("a1", phone_number_id=NUMBER), message_sent("m1", contact={"phone": dialled})]
    delivered = by_number("delivered", recipient={"phone": called})
    written = heard(contact={"phone": called})
    for number, order in enumerate(([delivered, written], [written, delivered])):
        name = f"{tenant}{number}"
        await feed(database, name, [*known, *order], batch=1)
        assert await answers(database, name) == {"wamid.in": ("m1", "CONVERSATION")}
        assert await rollup_differences(database, name) == []


async def test_people_without_a_phone_and_with_a_new_one(database: Database, tenant: str) -> None:
    known = [account("a1", phone_number_id=NUMBER), message_sent("m1")]
    old, new = {"phone": "56933334444", "id": "CL.1"}, {"phone": "56955556666", "id": "CL.2"}
    changed = factories.contact_changed(old, new, after(MONDAY, hours=1))
    for contact in ({"phone": "56955556666"}, {"id": "CL.2"}):
        name = f"{tenant}{len(str(contact))}"
        soon, later = heard(contact=contact, wamid="in1"), heard(after(MONDAY, hours=2), contact=contact, wamid="in2")
        early = heard(after(MONDAY, minutes=59), contact=contact, wamid="in0")
        await feed(database, name, [*known, soon, later, early])
        assert set((await answers(database, name)).values()) == {None}
        assert await feed(database, name, [changed]) == [ACCEPTED]
        found = ("m1", "CONVERSATION")
        assert await answers(database, name) == {"in0": None, "in1": found, "in2": found}
        assert await feed(database, name, [changed]) == [DUPLICATE]


async def test_words_in_a_group_and_from_an_ad_answer_no_template(database: Database, tenant: str) -> None:
    known = [account("a1", phone_number_id=NUMBER), message_sent("m1")]
    await feed(
        database, tenant, [*known, heard(group_id="120363", in_reply_to="wamid.m1"), heard(wamid="ad", referral=True)]
    )
    assert await answers(database, tenant) == {"wamid.in": None, "ad": None}
    # … also where the platform tells of them first, and does not know of the group.
    await feed(database, tenant, [heard(wamid="in3")])
    assert (await answers(database, tenant))["in3"] == ("m1", "CONVERSATION")
    assert await feed(database, tenant, [heard(wamid="in3", group_id="120363")]) == [Outcome.IGNORED]
    assert (await answers(database, tenant))["in3"] is None
    assert await statuses(database, tenant) == {"m1": "PENDING"}
    await feed(database, tenant, [heard(wamid="ad2", referral=True, in_reply_to="wamid.m1")])
    assert (await answers(database, tenant))["ad2"] == ("m1", "EXACT")


async def test_a_reply_keeps_its_kind(database: Database, tenant: str) -> None:
    await feed(
        database, tenant, [message_sent("m1"), reply("m1", wamid="in", kind="media", text=None, caption="la boleta")]
    )
    row = (await rows_of(database, tenant))["m1"]
    assert (row.reply_kind, row.reply_text) == ("media", "la boleta")
    await feed(database, tenant, [reply("m1", wamid="in", kind="image", text=None)])
    row = (await rows_of(database, tenant))["m1"]
    assert (row.reply_kind, row.reply_text) == ("image", "la boleta")


# The cases that were found


def _lines(name: str) -> Any:
    path = CASES / name
    if not path.exists():
        pytest.skip("the cases that were found are not on this machine")
    with path.open("rb") as file:
        return [item.event for item in (read_whatsapp(file) if "webhook" in name else read_events(file))]


async def test_the_first_case(database: Database, tenant: str) -> None:
    for name in ("F1_events.ndjson", "F1_webhook.ndjson", "F1_then.ndjson"):
        await apply_events(database, tenant, _lines(name), 0)
    assert await statuses(database, tenant) == {"m0": "READ"}


async def test_the_second_case(database: Database, tenant: str) -> None:
    for name in ("F2_events.ndjson", "F2_webhooks.ndjson"):
        await apply_events(database, tenant, _lines(name), 0)
    assert [row.reply_id is not None for row in (await rows_of(database, tenant)).values()] == [True] * 3


async def test_the_fourth_case(database: Database, tenant: str) -> None:
    await apply_events(database, tenant, _lines("F4_events.ndjson"), 0)
    assert set((await statuses(database, tenant)).values()) == {"FAILED"}


# Installations that have been hit


async def test_what_an_earlier_release_lost_comes_back(database: Database, tenant: str) -> None:
    """Its statements were whole: it wrote down that an account has no number, and let go of what was said."""
    known = [account("a1", phone_number_id=NUMBER), message_sent("m1"), by_number("read"), heard()]
    await feed(database, tenant, known)
    right = await everything(database, tenant)
    async with database.write() as writer:
        lost = {"receipt_status": 0, "status": 0, "reply_id": None, "replied_at": None, "reply_text": None}
        unknown = {"response_bin": None, "read_at": None, "reply_kind": None}
        of_tenant = messages.c.tenant_id == tenant
        await writer.execute(update(messages).where(of_tenant).values(**lost, **unknown))
        await writer.execute(update(receipts).where(receipts.c.tenant_id == tenant).values(claimed=False))
        await writer.execute(update(replies).where(replies.c.tenant_id == tenant).values(message_id=None, rule=None))
        await writer.execute(update(tenants).where(tenants.c.tenant_id == tenant).values(derivation=None))
    await rebuild(database, tenant, anew=True)
    assert await statuses(database, tenant) == {"m1": "PENDING"}
    async with database.read() as reader:
        assert tenant in await is_outdated(reader)
    await derive_again(database, tenant, 0)
    assert await statuses(database, tenant) == {"m1": "READ"}
    assert await everything(database, tenant) == right
    assert await rollup_differences(database, tenant) == []
    async with database.read() as reader:
        assert tenant not in await is_outdated(reader)
