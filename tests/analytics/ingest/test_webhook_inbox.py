"""Webhook bodies: kept first, applied once, together or again, and dropped when their time is over."""

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from analytics.domain.message_status import Status
from analytics.domain.time_zones import to_micros
from analytics.ingest import webhook_inbox
from analytics.ingest.batch import apply_in_transaction
from analytics.ingest.outcomes import TOO_LATE
from analytics.ingest.webhook_inbox import InboxCounts
from analytics.lifecycle import retention
from analytics.rollups.rebuild import rebuild
from analytics.storage import gauges
from analytics.storage.database import Database, Writer
from analytics.storage.gauges import TenantGauge
from analytics.storage.tables import messages, receipts, tenants
from analytics.storage.tables import webhooks as table
from tests.support import webhooks as whatsapp
from tests.support.factories import MONDAY, account, after, message_sent, status
from tests.support.ingest_helpers import feed

NOW = 1_800_000_000_000_000


async def keep(database: Database, tenant: str, *bodies: bytes, at: int = NOW) -> None:
    """Keep bodies, a microsecond apart."""
    for n, body in enumerate(bodies):
        await webhook_inbox.store(database, tenant, body, at + n)


async def apply_all(database: Database, tenant: str) -> list[int]:
    """Apply until nothing waits; how many bodies each time."""
    done = []
    while applied := await webhook_inbox.apply_pending(database, tenant, NOW):
        done.append(applied)
    return done


async def counted(database: Database, tenant: str) -> InboxCounts:
    async with database.read() as reader:
        return await webhook_inbox.count(reader, tenant)


async def rows(database: Database, statement: Any) -> list[Any]:
    async with database.read() as reader:
        return [tuple(row) for row in await reader.rows(statement)]


async def state_of(database: Database, tenant: str) -> list[Any]:
    """Return the states of the tenant's messages."""
    columns = (messages.c.id, messages.c.receipt_status, messages.c.reply_text)
    return await rows(database, select(*columns).where(messages.c.tenant_id == tenant).order_by(messages.c.id))


async def known(database: Database, tenant: str) -> None:
    """A tenant with a message of which webhooks may speak."""
    await feed(database, tenant, [account(phone_number_id=whatsapp.NUMBER), message_sent("m1")])


async def test_what_waits_is_applied(database: Database, tenant: str) -> None:
    await known(database, tenant)
    read = whatsapp.body(statuses=[whatsapp.status("wamid.m1", "read")])
    reply = whatsapp.body(messages=[whatsapp.message("wamid.in", context={"id": "wamid.m1"})])
    await keep(database, tenant, read, reply)
    async with database.read() as reader:
        assert tenant in await webhook_inbox.pending_tenants(reader)
    assert await counted(database, tenant) == InboxCounts(waiting=2, applied=0, rejected=0)
    assert await apply_all(database, tenant) == [2]
    assert await state_of(database, tenant) == [("m1", Status.READ, "Sí, gracias")]
    assert await counted(database, tenant) == InboxCounts(waiting=0, applied=2, rejected=0)
    async with database.read() as reader:
        assert tenant not in await webhook_inbox.pending_tenants(reader)


async def test_what_came_before_its_message_is_joined(database: Database, tenant: str) -> None:
    await keep(database, tenant, whatsapp.body(statuses=[whatsapp.status("wamid.m1")]))
    await apply_all(database, tenant)
    await known(database, tenant)
    assert await state_of(database, tenant) == [("m1", Status.DELIVERED, None)]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"\xff", "INVALID_JSON: The body is not JSON."),
        (b"[" * 100_000, "INVALID_JSON: The body is not JSON."),
        (b"{}", "INVALID_BODY: Not a WhatsApp webhook body: it has no list `entry`."),
    ],
)
async def test_what_cannot_be_understood_is_kept_and_counted(
    body: bytes, problem: str, database: Database, tenant: str
) -> None:
    await keep(database, tenant, body)
    assert await apply_all(database, tenant) == [1]
    assert await counted(database, tenant) == InboxCounts(waiting=0, applied=1, rejected=1)
    found = await rows(database, select(table.c.body, table.c.problem).where(table.c.tenant_id == tenant))
    assert found == [(body, problem)]


async def test_a_tenant_is_known_from_its_first_body(database: Database, tenant: str) -> None:
    known_ones = select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant)
    assert await apply_all(database, tenant) == []
    assert await rows(database, known_ones) == []
    await keep(database, tenant, whatsapp.body())
    assert await apply_all(database, tenant) == [1]
    assert await rows(database, known_ones) == [(tenant,)]
    assert await counted(database, tenant) == InboxCounts(waiting=0, applied=1, rejected=0)


async def test_what_is_understood_beside_it_is_applied(database: Database, tenant: str) -> None:
    await known(database, tenant)
    odd = whatsapp.status("wamid.m1") | {"timestamp": "soon"}
    await keep(database, tenant, b"{", whatsapp.body(statuses=[odd, whatsapp.status("wamid.m1")]))
    await apply_all(database, tenant)
    assert await state_of(database, tenant) == [("m1", Status.DELIVERED, None)]
    assert (await counted(database, tenant)).rejected == 2


async def test_what_was_not_understood_is_named_the_newest_first(database: Database, tenant: str) -> None:
    odd = whatsapp.status("wamid.m1") | {"timestamp": "soon"}
    await keep(database, tenant, b"{", whatsapp.body(), whatsapp.body(statuses=[odd]), b"{}")
    await apply_all(database, tenant)
    async with database.read() as reader:
        found = await webhook_inbox.rejected(reader, tenant, 100)
        assert await webhook_inbox.rejected(reader, tenant, 2) == found[:2]
        assert await webhook_inbox.rejected(reader, "nobody", 2) == []
    place = "entry[0].changes[0].value.statuses[0]"
    assert [(body.received_at - NOW, body.problem) for body in found] == [
        (3, "INVALID_BODY: Not a WhatsApp webhook body: it has no list `entry`."),
        (2, f"INVALID_BODY: {place}: 'soon' is no time in unix seconds."),
        (0, "INVALID_JSON: The body is not JSON."),
    ]
    stored = await rows(database, select(table.c.id, table.c.received_at).where(table.c.tenant_id == tenant))
    assert {(body.id, body.received_at) for body in found} < set(stored)


@pytest.mark.parametrize(
    "time", ["+56 9 3333 4444", "Tengo\nfrío is no time in", 56933334444000000, {"+56933334444": None}]
)
async def test_what_was_not_understood_is_in_the_log_and_nothing_that_it_held(
    database: Database, tenant: str, time: Any
) -> None:
    odd = [whatsapp.status("wamid.m1") | {"timestamp": time}, whatsapp.status("wamid.m1")]
    await keep(database, tenant, whatsapp.body(statuses=odd), whatsapp.body(statuses=odd[1:]))
    with capture_logs() as logs:
        await apply_all(database, tenant)
    (id,) = (await rows(database, select(table.c.id).where(table.c.tenant_id == tenant, table.c.rejected > 0)))[0]
    place = "entry[0].changes[0].value.statuses[0]"
    told = {"tenant": tenant, "body": id, "problem": f"INVALID_BODY: {place}: this is no time in unix seconds."}
    assert logs == [{"event": "a webhook was not wholly understood", "log_level": "warning", **told}]


async def test_large_bodies_are_applied_some_at_a_time(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [whatsapp.body(statuses=[whatsapp.status(f"wamid.{n}")]) for n in range(7)]
    monkeypatch.setattr(webhook_inbox, "MAX_BYTES", 2 * len(bodies[0]))
    await keep(database, tenant, b"x" * 3 * len(bodies[0]), *bodies)
    assert await apply_all(database, tenant) == [1, 2, 2, 2, 1]
    monkeypatch.setattr(webhook_inbox, "MAX_BODIES", 1)
    await keep(database, tenant, *bodies, at=NOW + 100)
    assert await apply_all(database, tenant) == [1] * 7


async def test_a_body_we_fail_at_holds_up_no_other(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known(database, tenant)

    async def clumsy(writer: Any, tenant: str, events: Any, received: Any) -> Any:
        if any(event.wamid == "wamid.poison" for event in events):
            raise ZeroDivisionError
        return await apply_in_transaction(writer, tenant, events, received)

    monkeypatch.setattr(webhook_inbox, "apply_in_transaction", clumsy)
    poison, fine = (whatsapp.body(statuses=[whatsapp.status(id)]) for id in ("wamid.poison", "wamid.m1"))
    await keep(database, tenant, poison, fine)
    with capture_logs() as logs:
        assert await apply_all(database, tenant) == [1, 1]
    assert await state_of(database, tenant) == [("m1", Status.DELIVERED, None)]
    assert await counted(database, tenant) == InboxCounts(waiting=0, applied=2, rejected=1)
    assert [entry["problem"] for entry in logs if entry["log_level"] == "warning"] == [webhook_inbox.FAILED]


async def test_a_body_that_the_database_refuses_holds_up_no_other(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known(database, tenant)

    async def refused(writer: Writer, tenant: str, events: Any, received: Any) -> Any:
        if any(event.wamid == "wamid.poison" for event in events):
            await writer.execute(insert(tenants).values(tenant_id=None, described_at=0))
        return await apply_in_transaction(writer, tenant, events, received)

    monkeypatch.setattr(webhook_inbox, "apply_in_transaction", refused)
    poison, fine = (whatsapp.body(statuses=[whatsapp.status(id)]) for id in ("wamid.poison", "wamid.m1"))
    await keep(database, tenant, poison, fine)
    assert await apply_all(database, tenant) == [1, 1]
    assert await state_of(database, tenant) == [("m1", Status.DELIVERED, None)]
    found = await rows(database, select(table.c.problem).where(table.c.tenant_id == tenant, table.c.rejected > 0))
    assert found == [(webhook_inbox.FAILED,)]


async def test_an_outage_of_the_database_loses_nothing(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any) -> None:
        raise OperationalError("", {}, Exception("gone"))

    await keep(database, tenant, whatsapp.body(statuses=[whatsapp.status("wamid.m1")]))
    monkeypatch.setattr(webhook_inbox, "apply_in_transaction", lost)
    with pytest.raises(OperationalError):
        await webhook_inbox.apply_pending(database, tenant, NOW)
    monkeypatch.undo()
    assert (await counted(database, tenant)).waiting == 1
    assert await apply_all(database, tenant) == [1]


async def test_several_processes_apply_each_body_once(database: Database, tenant: str) -> None:
    await keep(database, tenant, *(whatsapp.body(statuses=[whatsapp.status(f"wamid.{n}")]) for n in range(20)))
    done = await asyncio.gather(*(webhook_inbox.apply_pending(database, tenant, NOW) for _ in range(4)))
    assert sum(done) == 20
    assert await apply_all(database, tenant) == []


async def test_bodies_can_be_applied_again(database: Database, tenant: str) -> None:
    await known(database, tenant)
    await keep(database, tenant, b"{", whatsapp.body(statuses=[whatsapp.status("wamid.m1")]), b"[")
    await apply_all(database, tenant)
    before = await state_of(database, tenant)

    async def replayed(*when: int | None, **which: bool) -> int:
        since, until = when
        async with database.write() as writer:
            count = await webhook_inbox.replay(writer, tenant, since, until, **which)
        assert sum(await apply_all(database, tenant)) == count
        return count

    assert await replayed(None, None) == 3
    assert await replayed(NOW, NOW + 2) == 2
    assert await replayed(NOW + 1, None) == 2
    assert await replayed(None, None, rejected_only=True) == 2
    assert await replayed(NOW + 1, None, rejected_only=True) == 1
    assert await state_of(database, tenant) == before
    assert await counted(database, tenant) == InboxCounts(waiting=0, applied=3, rejected=2)


async def figures_of(database: Database, tenant: str) -> dict[str, int]:
    async with database.read() as reader:
        return {name: found.value for name, found in (await gauges.load(reader, tenant)).items()}


async def test_bodies_and_statuses_that_say_nothing_to_us_are_counted(database: Database, tenant: str) -> None:
    await known(database, tenant)
    odd = [whatsapp.status("wamid.m1", word) for word in ("played", "deleted", "read")]
    await keep(database, tenant, b"{", whatsapp.body(statuses=odd), whatsapp.body(statuses=odd[:1]), b"{}")
    await apply_all(database, tenant)
    assert (await counted(database, tenant)).rejected == 2
    found = {TenantGauge.REJECTED_WEBHOOKS: 2, TenantGauge.UNKNOWN_STATUSES: 3}
    assert await figures_of(database, tenant) == found
    await feed(database, tenant, [status("m1", "warning")])
    assert await figures_of(database, tenant) == found | {TenantGauge.UNKNOWN_STATUSES: 4}


async def test_what_comes_too_late_is_told_and_counted(database: Database, tenant: str) -> None:
    await known(database, tenant)
    old = after(MONDAY, days=-100)
    await feed(database, tenant, [message_sent("old", old)])
    await rebuild(database, tenant, anew=False)
    now = to_micros(datetime.fromisoformat(after(MONDAY, days=1)))
    assert await retention.delete_old_messages(database, tenant, 1, now) == 1
    late = [whatsapp.status("wamid.old", "read", old), whatsapp.status("wamid.m1", "read")]
    await keep(database, tenant, whatsapp.body(statuses=late[1:]), whatsapp.body(statuses=late))
    await apply_all(database, tenant)
    statement = select(table.c.rejected, table.c.problem).where(table.c.tenant_id == tenant)
    told = f"{TOO_LATE.code}: {TOO_LATE.message}"
    assert await rows(database, statement.order_by(table.c.received_at)) == [(0, None), (1, told)]
    assert await figures_of(database, tenant) == {TenantGauge.REJECTED_WEBHOOKS: 1}
    assert await state_of(database, tenant) == [("m1", Status.READ, None)]


async def test_orphans_wait_from_when_their_body_came(database: Database, tenant: str) -> None:
    await keep(database, tenant, whatsapp.body(statuses=[whatsapp.status("wamid.m1")]))
    await keep(database, tenant, whatsapp.body(statuses=[whatsapp.status("wamid.m2")]), at=NOW + 1000)
    await apply_all(database, tenant)
    columns = (receipts.c.ref, receipts.c.received_at)
    found = await rows(database, select(*columns).where(receipts.c.tenant_id == tenant).order_by(receipts.c.ref))
    assert found == [("wamid.m1", NOW), ("wamid.m2", NOW + 1000)]


async def test_only_applied_bodies_grow_too_old(database: Database, tenant: str) -> None:
    await keep(database, tenant, b"1", b"2")
    assert await webhook_inbox.drop_old(database, tenant, NOW + 10) == 0
    await apply_all(database, tenant)
    await keep(database, tenant, b"3", at=NOW + 2)
    assert await webhook_inbox.drop_old(database, tenant, NOW + 1) == 1
    assert await counted(database, tenant) == InboxCounts(waiting=1, applied=1, rejected=1)


async def test_names_too_long_for_a_key_are_told_and_harmless(database: Database, tenant: str) -> None:
    named = {"message_template_id": 1, "message_template_language": "es", "new_category": "UTILITY"}
    notice = {"field": "template_category_update", "value": {**named, "message_template_name": "\u6587" * 400}}
    long = json.dumps({"entry": [{"time": 1_700_000_000, "changes": [notice]}]}).encode()
    await keep(database, tenant, long, whatsapp.body(statuses=[whatsapp.status("\u6587" * 400)]), b"{")
    assert await apply_all(database, tenant) == [3]
    found = await rows(
        database, select(table.c.problem).where(table.c.tenant_id == tenant).order_by(table.c.received_at)
    )
    assert [problem.partition(" - ")[0] for (problem,) in found[:2]] == [
        "INVALID_EVENT: entry[0].changes[0].value: must have at most 512 bytes in UTF-8",
        "INVALID_EVENT: entry[0].changes[0].value.statuses[0]: must have at most 512 bytes in UTF-8",
    ]
