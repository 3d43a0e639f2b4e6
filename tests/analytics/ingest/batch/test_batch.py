"""A batch: what becomes of each event, what is decided again and what is dropped; it is in whole or not at all."""

import asyncio
import random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from analytics.ingest.batch import apply_events
from analytics.ingest.events import AnyEvent
from analytics.ingest.outcomes import Outcome
from analytics.ingest.unit_of_work import IdentityMap
from analytics.lifecycle.orphans import delete_orphans as drop_orphans
from analytics.storage.database import Database
from analytics.storage.tables import messages, receipts, replies, tenants
from tests.analytics.ingest.batch.applied import account, answers, reply, sent, status, statuses, when, window
from tests.support import strategies
from tests.support.ingest_helpers import everything, feed, parsed

ACCEPTED, DUPLICATE, IGNORED = Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.IGNORED
SUPERSEDED = Outcome.SUPERSEDED


# What becomes of each event


async def test_each_event_is_accepted_once(database: Database, tenant: str) -> None:
    events = [
        window(7),
        {"type": "department.upserted", "at": when(), "department": {"id": "d1"}},
        {"type": "agent.upserted", "at": when(), "agent": {"id": "u1"}},
        account("100001"),
        {"type": "template.upserted", "at": when(), "template": {"id": "t1"}},
        {"type": "template.notice", "at": when(), "meta_id": "1", "category": "UTILITY"},
        {"type": "member.added", "at": when(), "user_id": "u1", "department_id": "d1"},
        sent(),
        status("delivered"),
        reply(),
    ]
    assert await feed(database, tenant, events) == [ACCEPTED] * len(events)
    rows = await everything(database, tenant)
    assert await feed(database, tenant, events) == [DUPLICATE] * len(events)
    assert await everything(database, tenant) == rows


async def test_a_repetition_inside_a_batch_is_a_duplicate(database: Database, tenant: str) -> None:
    events = [sent(), sent(), status("read"), status("read"), reply(), reply()]
    assert await feed(database, tenant, events) == [ACCEPTED, DUPLICATE] * 3


@pytest.mark.parametrize("word", ["deleted", "warning", "played", "held_for_quality_assessment", "", "READ"])
async def test_an_unknown_status_changes_nothing(database: Database, tenant: str, word: str) -> None:
    await feed(database, tenant, [sent()])
    rows = await everything(database, tenant)
    assert await feed(database, tenant, [status(word)]) == [IGNORED]
    assert await everything(database, tenant) == rows


@pytest.mark.parametrize("kind", ["reaction", "revoke", "edit", "system"])
async def test_what_is_no_reply_changes_nothing(database: Database, tenant: str, kind: str) -> None:
    await feed(database, tenant, [sent(wamid="w1")])
    rows = await everything(database, tenant)
    assert await feed(database, tenant, [reply(kind=kind, in_reply_to="w1")]) == [IGNORED]
    assert await everything(database, tenant) == rows


async def test_what_is_older_than_known_changes_nothing_and_is_told_as_what_it_is(
    database: Database, tenant: str
) -> None:
    await feed(database, tenant, [sent(updated_at=when(9)), status("read", when(60))])
    stale = [sent(updated_at=when(8), agent_id="u9"), status("read", when(61)), sent(agent_id="u9"), sent()]
    assert await feed(database, tenant, stale) == [SUPERSEDED, DUPLICATE, SUPERSEDED, DUPLICATE]
    assert await feed(database, tenant, [status("read", when(59))]) == [ACCEPTED]


async def test_nothing_to_apply_makes_the_tenant(database: Database, tenant: str) -> None:
    assert await feed(database, tenant, []) == []
    assert await apply_events(database, tenant, [], 0) == []
    async with database.read() as reader:
        assert await reader.first(select(tenants).where(tenants.c.tenant_id == tenant)) is not None


async def test_an_unsupported_reply_has_an_empty_text(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent(), reply(kind="unsupported", text="?")])
    async with database.read() as reader:
        row = await reader.first(select(messages.c.reply_text).where(messages.c.tenant_id == tenant))
    assert row is not None
    assert row.reply_text == ""


async def test_the_platforms_reply_and_the_webhooks_copy_complete_each_other(database: Database, tenant: str) -> None:
    webhook = {
        "type": "message.reply",
        "at": when(59),
        "reply": {"wamid": "in1", "phone_number_id": "100001", "in_reply_to": "w1", "text": "Sí"},
    }
    await feed(database, tenant, [sent(wamid="w1"), reply(wamid="in1", ticket_id="9"), webhook])
    assert await answers(database, tenant) == {"in1": ("m1", "EXACT")}
    async with database.read() as reader:
        row = await reader.first(select(messages).where(messages.c.tenant_id == tenant))
    assert row is not None
    assert (row.reply_text, row.replied_at - row.sent_at) == ("Sí", 59_000_000)


# Orphans


async def test_only_what_nobody_claims_is_dropped_and_counted(database: Database, tenant: str) -> None:
    claimed = [
        status("read"),
        status("delivered", wamid="w1", account_id="a1"),
        status("sent", wamid="w1", phone_number_id="100001"),
        reply("r1"),
    ]
    orphans = [
        status("read", message_id="m9"),
        status("read", wamid="w9", account_id="a1"),
        status("read", wamid="w1", account_id="a9"),
        status("read", wamid="w1", phone_number_id="100009"),
        reply("r9", contact={"phone": "+56999999999"}),
        reply("r8", account_id="a9"),
    ]
    await feed(database, tenant, [sent(wamid="w1"), account("100001"), *claimed], received_at=10)
    rows = await everything(database, tenant)
    await feed(database, tenant, orphans, received_at=10)
    assert await drop_orphans(database, tenant, received_before=10, now=7) == (0, 0, 0)
    assert await drop_orphans(database, uuid4().hex, received_before=11, now=7) == (0, 0, 0)
    assert await drop_orphans(database, tenant, received_before=11, now=7) == (4, 2, 0)
    assert await everything(database, tenant) == rows
    assert await drop_orphans(database, tenant, received_before=11, now=7) == (0, 0, 0)


async def test_an_orphan_is_as_old_as_its_receipt_not_as_what_it_says(database: Database, tenant: str) -> None:
    await feed(database, tenant, [status("read", "2020-01-01T00:00:00Z"), reply(at="2020-01-01T00:00:00Z")], 10, 500)
    assert await drop_orphans(database, tenant, received_before=500, now=7) == (0, 0, 0)
    await feed(database, tenant, [sent(at="2020-01-01T00:00:00Z")])
    assert await statuses(database, tenant) == {"m1": "READ"}
    assert await answers(database, tenant) == {"r1": ("m1", "CONVERSATION")}


async def test_what_lost_its_message_waits_from_then_on(database: Database, tenant: str) -> None:
    await feed(database, tenant, [sent(wamid="w1"), status("read", wamid="w1", account_id="a1")])
    await feed(database, tenant, [sent(wamid="w1", account_id="a2", updated_at=when(1))], received_at=5)
    assert await drop_orphans(database, tenant, received_before=5, now=7) == (0, 0, 0)
    assert await drop_orphans(database, tenant, received_before=6, now=7) == (1, 0, 0)


@given(data=st.data())
async def test_dropping_orphans_never_changes_a_message(database: Database, data: st.DataObject) -> None:
    events, _ = data.draw(strategies.cases(notices=True))
    name = uuid4().hex
    await feed(database, name, data.draw(strategies.orderings(events)), data.draw(st.integers(1, 40)))
    before = await everything(database, name)
    dropped = await drop_orphans(database, name, received_before=1, now=7)
    after = await everything(database, name)
    assert after["messages"] == before["messages"]
    lost = [len(before[table]) - len(after[table]) for table in ("receipts", "replies", "early_messages")]
    assert tuple(lost) == dropped
    # What is left is claimed: a message says so.
    ids = {row[0] for row in after["messages"]}
    async with database.read() as reader:
        left = await reader.rows(select(replies.c.message_id).where(replies.c.tenant_id == name))
        unclaimed = await reader.rows(select(receipts).where(receipts.c.tenant_id == name, ~receipts.c.claimed))
    assert {row.message_id for row in left} <= ids
    assert unclaimed == []


# All or nothing


@pytest.mark.parametrize("place", range(3))
async def test_a_batch_that_fails_leaves_nothing(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    first, second = [sent(), status("sent")], [account("100001"), sent("m2"), status("read"), reply(), window(1)]
    await feed(database, tenant, first)
    rows = await everything(database, tenant)
    write: Any = IdentityMap.write
    calls = 0

    async def failing(self: Any, changes: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == place + 1:
            raise ConnectionError("the database went away")
        return await write(self, changes)

    with monkeypatch.context() as patched:
        patched.setattr(IdentityMap, "write", failing)
        with pytest.raises(ConnectionError):
            await feed(database, tenant, second)
    assert await everything(database, tenant) == rows

    other = uuid4().hex
    assert await feed(database, tenant, second) == [ACCEPTED] * len(second)
    await feed(database, other, [*first, *second])
    assert await everything(database, tenant) == await everything(database, other)


async def test_batches_of_one_tenant_at_the_same_time_are_all_in(database: Database, tenant: str) -> None:
    events: list[list[AnyEvent]] = [
        [parsed(sent(f"m{n}", when(n))), parsed(status("read", message_id=f"m{n}")), parsed(reply(f"r{n}", when(n)))]
        for n in range(8)
    ]
    await asyncio.gather(*(apply_events(database, tenant, some, 0) for some in events))
    other = uuid4().hex
    await apply_events(database, other, [event for some in events for event in some], 0)
    assert await everything(database, tenant) == await everything(database, other)
    assert len(await statuses(database, tenant)) == 8


def endless(length: int) -> str:
    """A text of as many bytes as so many characters can have, that no database can pack."""
    return "".join(chr(random.randrange(0x20000, 0x2A000)) for _ in range(length))


async def test_the_longest_keys_are_kept(database: Database) -> None:
    name = endless(128)
    wamid, inbound = endless(128), endless(128)
    ids = {key: endless(128) for key in ("account_id", "department_id", "agent_id", "template_id")}
    contact = {"id": endless(128)}
    named = {"wamid": wamid, "account_id": ids["account_id"]}
    said = {"id": endless(128), "wamid": inbound, "in_reply_to": wamid, "ticket_id": endless(128), "contact": contact}
    events: list[dict[str, Any]] = [
        sent(endless(128), wamid=wamid, contact=contact, ticket={"id": endless(128)}, **ids),
        {"type": "message.status", "at": when(1), "status": "failed", "error": {"code": 2**31 - 1}, **named},
        {"type": "message.status", "at": when(1), "status": "read", **named},
        {"type": "message.status", "at": when(1), "status": "read", "wamid": wamid, "phone_number_id": endless(128)},
        {"type": "message.reply", "at": when(2), "reply": {"account_id": ids["account_id"], **said}},
        {"type": "member.added", "at": when(0), "user_id": endless(128), "department_id": endless(128)},
        account(endless(128), id=ids["account_id"]),
        {"type": "template.upserted", "at": when(), "template": {"id": ids["template_id"], "meta_id": endless(128)}},
        {
            "type": "template.notice",
            "at": when(0),
            "meta_id": endless(128),
            "name": endless(128),
            "language": endless(128),
            "category": "UTILITY",
        },
    ]
    assert set(await feed(database, name, events)) == {Outcome.ACCEPTED}
    assert set((await statuses(database, name)).values()) == {"READ"}
    assert list(await answers(database, name)) == [inbound]


async def test_thousands_of_numbers_of_an_account_are_not_tried_for_each_message(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, asked, get = 60, [], IdentityMap.get

    def counted(rows: IdentityMap[Any], key: Any) -> Any:
        asked.append(key)
        return get(rows, key)

    monkeypatch.setattr(IdentityMap, "get", counted)
    numbers = [
        {"type": "account.upserted", "at": when(n), "account": {"id": "a1", "phone_number_id": f"{n}"}}
        for n in range(many)
    ]
    told = [
        {"type": "message.status", "at": when(), "status": "delivered", "wamid": f"w{n}", "phone_number_id": number}
        for n, number in ((7, "5"), (8, "nobody's"))
    ]
    await feed(database, tenant, [*numbers, *(sent(f"m{n}", wamid=f"w{n}") for n in range(many)), *told])
    assert len(asked) < 10 * many
    found = await statuses(database, tenant)
    assert {id for id, status in found.items() if status == "DELIVERED"} == {"m7"}
