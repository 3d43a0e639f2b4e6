"""The rollups are what the rows give, whatever happens to the rows; and when they may not be read, they are not."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from analytics.domain.query_spec import AccessScope, MessageFilter, build_spec
from analytics.reports import availability as states
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import run_aggregate
from analytics.rollups import rebuild as rebuilding
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.rollups.verify import RollupMismatch, sample_days, verify
from analytics.storage.database import Database
from analytics.storage.rollup_tables import COMPLETE, ROLLUPS
from tests.support import factories, strategies
from tests.support.factories import message_sent, reply, status
from tests.support.ingest_helpers import everything, feed
from tests.support.oracle import Oracle

DAY = date(2026, 3, 4)


async def differences(database: Database, tenant: str) -> list[RollupMismatch]:
    return [difference async for _, found in verify(database, tenant) for difference in found]


async def state(database: Database, tenant: str) -> states.DataAvailability:
    async with database.read() as reader:
        found = await states.load(reader, tenant)
    assert found
    return found


async def messages(database: Database, tenant: str, first: date = DAY, last: date = DAY, zone: str = "UTC") -> Any:
    """Count messages of some days by department, and return the table that was read."""
    spec = build_spec(
        MessageFilter(first=first, last=last),
        AccessScope(tenant, None),
        tenant_time_zone=zone,
        reply_window_days=7,
        now=0,
    )
    async with database.read() as reader:
        rows = await run_aggregate(reader, AggregateQuery(spec, Grouping.DEPARTMENT))
        return {key[0]: counts.values[0] for key, counts in rows.items()}, reader.plans[0].partition(": ")[2]


FROM_ROLLUP = "rollup_funnel_department: 1 days"


async def test_a_corrected_message_moves_from_its_old_place_to_its_new_one(database: Database, tenant: str) -> None:
    await feed(database, tenant, [message_sent("m1", "2026-03-04T12:00:00Z", department_id="d1"), status("m1", "read")])
    assert await messages(database, tenant) == ({"d1": 1}, FROM_ROLLUP)
    moved = message_sent("m1", "2026-03-04T13:00:00Z", department_id="d2")
    await feed(database, tenant, [moved | {"updated_at": "2026-03-05T00:00:00Z"}])
    assert await messages(database, tenant) == ({"d2": 1}, FROM_ROLLUP)
    later = message_sent("m1", "2026-04-01T13:00:00Z", department_id="d2")
    await feed(database, tenant, [later | {"updated_at": "2026-03-06T00:00:00Z"}])
    assert await messages(database, tenant) == ({}, FROM_ROLLUP)
    assert await differences(database, tenant) == []


async def test_a_reply_that_finds_another_message_takes_its_response_along(database: Database, tenant: str) -> None:
    await feed(
        database, tenant, [message_sent("m1", "2026-03-04T12:00:00Z"), reply(to="m1", at="2026-03-04T15:00:00Z")]
    )
    assert await differences(database, tenant) == []
    await feed(database, tenant, [message_sent("m2", "2026-03-04T14:00:00Z"), status("m1", "failed", code=131026)])
    assert await differences(database, tenant) == []


async def test_another_zone_is_read_from_rows_until_the_rollups_are_built_for_it(
    database: Database, tenant: str
) -> None:
    night = message_sent("m1", "2026-03-05T01:00:00Z", department_id="d1")  # the evening before in Santiago
    await feed(database, tenant, [night])
    assert (await messages(database, tenant))[0] == {}
    assert await messages(database, tenant, zone="America/Santiago") == ({"d1": 1}, "messages")
    await feed(database, tenant, [factories.tenant("America/Santiago")])
    assert (await state(database, tenant)).readable is None
    assert await messages(database, tenant, zone="America/Santiago") == ({"d1": 1}, "messages")
    async with database.read() as reader:
        assert tenant in await unfinished(reader)
    await rebuild(database, tenant, anew=False)
    assert await messages(database, tenant, zone="America/Santiago") == ({"d1": 1}, FROM_ROLLUP)
    assert await messages(database, tenant) == ({}, "messages")
    assert await differences(database, tenant) == []


async def test_a_rebuild_goes_on_where_it_was_and_what_comes_meanwhile_counts_once(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [date(2026, 3, 1 + 8 * n) for n in range(4)]
    await feed(database, tenant, [message_sent(f"m{n}", f"{day}T12:00:00Z") for n, day in enumerate(days)])
    step, steps = rebuilding._step, 0

    async def interrupted(*arguments: Any) -> date | None:
        nonlocal steps
        steps += 1
        if steps == 3:
            raise ConnectionError("the process was killed")
        return await step(*arguments)

    monkeypatch.setattr(rebuilding, "_step", interrupted)
    with pytest.raises(ConnectionError):
        await rebuild(database, tenant, anew=True)
    assert days[1].toordinal() < (await state(database, tenant)).built_until <= days[2].toordinal()
    assert await messages(database, tenant, days[0], days[3]) == ({"d1": 4}, "messages")
    await feed(database, tenant, [message_sent(f"n{n}", f"{day}T13:00:00Z") for n, day in enumerate(days)])
    await feed(database, tenant, [status("m0", "read"), status("m3", "failed")])
    assert await differences(database, tenant) == []
    await rebuild(database, tenant, anew=False)
    assert (await state(database, tenant)).built_until == COMPLETE
    assert await differences(database, tenant) == []
    assert (await messages(database, tenant, days[0], days[3]))[0] == {"d1": 8}


async def test_other_rules_for_the_same_zone_are_another_zone(database: Database, tenant: str) -> None:
    await feed(database, tenant, [message_sent("m1", "2026-03-04T12:00:00Z")])
    async with database.write() as writer:
        await states.save(writer, tenant, states.DataAvailability("UTC of another release", COMPLETE))
    assert (await messages(database, tenant))[1] == "messages"
    async with database.read() as reader:
        assert tenant in await unfinished(reader)
    await feed(database, tenant, [message_sent("m2", "2026-03-04T12:00:00Z")])
    await rebuild(database, tenant, anew=False)
    assert await messages(database, tenant) == ({"d1": 2}, FROM_ROLLUP)


@pytest.mark.parametrize("rollup", ROLLUPS, ids=lambda rollup: rollup.table.name)
async def test_every_wrong_row_is_named(database: Database, tenant: str, rollup: Any) -> None:
    events = [message_sent("m1", "2026-03-04T12:00:00Z"), reply(to="m1", at="2026-03-04T13:00:00Z")]
    failed = [message_sent("m2", "2026-03-04T12:00:00Z"), status("m2", "failed", code=131026)]
    await feed(database, tenant, [*events, *failed])
    measure = rollup.family.counted
    async with database.write() as writer:
        of_tenant = rollup.table.c.tenant_id == tenant
        await writer.execute(update(rollup.table).where(of_tenant).values({measure: 99}))
    found = await differences(database, tenant)
    assert found
    assert {difference.rollup for difference in found} == {rollup.table.name}
    assert all("99" in str(difference) for difference in found)
    sampled = [d async for _, some in verify(database, tenant, await sample_days(database, tenant, 1)) for d in some]
    assert sampled


async def test_many_importers_at_once_count_everything_once(database: Database, tenant: str) -> None:
    events = [factories.tenant("America/Santiago")]
    for n in range(60):
        at = f"2026-03-{n % 9 + 1:02}T1{n % 10}:00:00Z"
        events += [
            message_sent(f"m{n}", at, contact={"phone": f"+5691111{n % 7:04}"}),
            status(f"m{n}", "delivered", at),
        ]
        events += [reply(to=f"m{n}", at=at)] if n % 3 == 0 else []
    await asyncio.gather(*(feed(database, tenant, events[n:] + events[:n], batch=17) for n in range(0, 80, 20)))
    await rebuild(database, tenant, anew=False)
    alone = uuid4().hex
    await feed(database, alone, events)
    assert await everything(database, tenant) == await everything(database, alone)
    assert await differences(database, tenant) == []
    assert len(Oracle(json.loads(json.dumps(events))).messages) == 60


@given(data=st.data())
async def test_batches_of_any_size_in_any_order_leave_rollups_that_check(
    database: Database, data: st.DataObject
) -> None:
    events, _ = data.draw(strategies.cases())
    tenant = uuid4().hex
    await feed(database, tenant, data.draw(strategies.orderings(events)), data.draw(st.integers(1, 40)))
    assert await differences(database, tenant) == []
    await rebuild(database, tenant, anew=False)
    assert await differences(database, tenant) == []
