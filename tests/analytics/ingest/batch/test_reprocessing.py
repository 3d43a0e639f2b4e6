"""Reprocessing: replies, accounts and attempts are decided again when a later event changes what they depend on."""

import pytest

from analytics.ingest import reprocessing
from analytics.lifecycle.orphans import delete_orphans as drop_orphans
from analytics.storage.database import Database
from tests.analytics.ingest.batch.applied import account, answers, reply, sent, status, statuses, when, window
from tests.support.ingest_helpers import Event, feed


async def test_a_new_reply_window_decides_every_reply_again(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent(), reply(at=when(days=3))])
    assert await answers(database, tenant) == {"r1": ("m1", "CONVERSATION")}
    await feed(database, tenant, [window(2, when(1))])
    assert await answers(database, tenant) == {"r1": None}
    assert await statuses(database, tenant) == {"m1": "PENDING"}
    await feed(database, tenant, [window(3, when(2))])
    assert await answers(database, tenant) == {"r1": ("m1", "CONVERSATION")}
    assert await statuses(database, tenant) == {"m1": "DELIVERED"}


async def test_both_ends_of_the_window_are_inside(database: Database, tenant: str) -> None:
    sends = [sent("m1", when(0.7)), sent("m2", when(days=20))]
    inside = [reply("r1", when(0)), reply("r2", when(0, days=7)), reply("r3", when(0.9, days=7))]
    outside = [reply("r4", when(1, days=7)), reply("r5", when(-1))]
    await feed(database, tenant, [*sends, *inside, *outside])
    found = await answers(database, tenant)
    assert {id for id, answer in found.items() if answer == ("m1", "CONVERSATION")} == {"r1", "r2", "r3"}
    assert found["r4"] is found["r5"] is None


async def test_a_tenant_without_a_window_of_its_own_has_the_default_again(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent(), reply(at=when(days=3)), window(1)])
    assert await answers(database, tenant) == {"r1": None}
    await feed(database, tenant, [{"type": "tenant.upserted", "at": when(1), "name": "Acme"}])
    assert await answers(database, tenant) == {"r1": None}
    await feed(database, tenant, [{"type": "tenant.upserted", "at": when(2), "reply_window_days": None}])
    assert await answers(database, tenant) == {"r1": ("m1", "CONVERSATION")}


async def test_statuses_and_replies_wait_for_the_number_of_their_account(database: Database, tenant: str) -> None:
    by_number: Event = {"wamid": "w1", "phone_number_id": "100001"}
    written = reply(id=None, account_id=None, wamid="in1", phone_number_id="100001")
    await feed(database, tenant, [sent(wamid="w1"), status("read", **by_number), written])
    assert await statuses(database, tenant) == {"m1": "PENDING"}
    assert await answers(database, tenant) == {"in1": None}
    await feed(database, tenant, [account("100001")])
    assert await statuses(database, tenant) == {"m1": "READ"}
    assert await answers(database, tenant) == {"in1": ("m1", "CONVERSATION")}


async def test_an_account_that_gives_its_number_to_another_takes_its_replies_along(
    database: Database, tenant: str
) -> None:
    sends = [sent("m1", wamid="w1"), sent("m2", wamid="w1", account_id="a2")]
    named: Event = {"wamid": "w1", "phone_number_id": "100001"}
    written = reply(id=None, account_id=None, wamid="in1", phone_number_id="100001")
    await feed(database, tenant, [*sends, account("100001"), status("read", **named), written])
    assert await statuses(database, tenant) == {"m1": "READ", "m2": "PENDING"}
    moved = [account(None, when(1)), account("100001", when(1), id="a2")]
    await feed(database, tenant, moved)
    assert await statuses(database, tenant) == {"m1": "PENDING", "m2": "READ"}
    assert await answers(database, tenant) == {"in1": ("m2", "CONVERSATION")}


async def test_settings_are_decided_again_however_many_rows_there_are(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reprocessing, "CHUNK", 2)
    ids = range(5)
    phones = [{"phone": f"+5690000000{n}"} for n in ids]
    await feed(database, tenant, [sent(f"m{n}", wamid=f"w{n}", contact=phones[n]) for n in ids])
    await feed(
        database, tenant, [status("read", wamid=f"w{n}", phone_number_id="100001", at=when(days=1)) for n in ids]
    )
    written = [reply(f"r{n}", when(days=3), contact=phones[n], account_id=None, phone_number_id="100001") for n in ids]
    await feed(database, tenant, written)
    await feed(database, tenant, [account("100001")])
    assert set((await statuses(database, tenant)).values()) == {"READ"}
    assert await answers(database, tenant) == {f"r{n}": (f"m{n}", "CONVERSATION") for n in ids}
    await feed(database, tenant, [window(2)])
    assert set((await answers(database, tenant)).values()) == {None}


async def test_a_retry_begins_anew_and_keeps_what_was_said_of_the_attempt_before(
    database: Database, tenant: str
) -> None:
    named: Event = {"wamid": "w1", "account_id": "a1"}
    quoting = reply(in_reply_to="w1", contact=None)
    await feed(database, tenant, [sent(wamid="w1"), status("failed", **named)])
    assert await statuses(database, tenant) == {"m1": "FAILED"}
    await feed(database, tenant, [sent(wamid="w2", updated_at=when(1))])
    assert await statuses(database, tenant) == {"m1": "PENDING"}
    await feed(database, tenant, [quoting])
    assert await answers(database, tenant) == {"r1": ("m1", "EXACT")}
    # The attempt before is kept: whatever is corrected, nothing of it is dropped.
    assert await drop_orphans(database, tenant, received_before=1, now=7) == (0, 0, 0)
    await feed(database, tenant, [sent(wamid="w1", updated_at=when(2))])
    assert await statuses(database, tenant) == {"m1": "DELIVERED"}


async def test_a_failure_hands_a_reply_to_the_send_before_and_a_delivery_takes_it_back(
    database: Database, tenant: str
) -> None:
    await feed(database, tenant, [sent("m1", when(-60)), sent("m2"), reply()])
    assert await answers(database, tenant) == {"r1": ("m2", "CONVERSATION")}
    await feed(database, tenant, [status("failed", message_id="m2")])
    assert await answers(database, tenant) == {"r1": ("m1", "CONVERSATION")}
    assert await statuses(database, tenant) == {"m1": "DELIVERED", "m2": "FAILED"}
    await feed(database, tenant, [status("delivered", message_id="m2")])
    assert await answers(database, tenant) == {"r1": ("m2", "CONVERSATION")}
    assert await statuses(database, tenant) == {"m1": "PENDING", "m2": "DELIVERED"}


async def test_a_quoting_reply_proves_that_a_failed_send_arrived(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent("m1", when(-60)), sent("m2", wamid="w2"), status("failed", message_id="m2")])
    await feed(database, tenant, [reply("r1")])
    assert await answers(database, tenant) == {"r1": ("m1", "CONVERSATION")}
    await feed(database, tenant, [reply("r2", in_reply_to="w2", contact=None)])
    assert await answers(database, tenant) == {"r1": ("m2", "CONVERSATION"), "r2": ("m2", "EXACT")}


async def test_a_late_ticket_takes_a_reply_from_its_conversation(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent("m1"), sent("m2", when(-60)), reply(ticket_id="9001")])
    assert await answers(database, tenant) == {"r1": ("m1", "CONVERSATION")}
    await feed(database, tenant, [sent("m2", when(-60), updated_at=when(1), ticket={"id": "9001"})])
    assert await answers(database, tenant) == {"r1": ("m2", "TICKET")}
