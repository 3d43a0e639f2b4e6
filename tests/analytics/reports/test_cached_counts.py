"""Counts from memory: never stale in any process, whoever wrote, and never anybody else's."""

import gc
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.query_spec import AccessScope, QuerySpec
from analytics.domain.time_zones import DAY, now_micros
from analytics.ingest.reprocessing import derive_again
from analytics.lifecycle.retention import delete_old_messages
from analytics.lifecycle.tenant_removal import remove_tenant_rows
from analytics.reports import availability
from analytics.reports.directory import ACCOUNTS, AGENTS, DEPARTMENTS, TEMPLATES, EntityType, load_names
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import Rows, run_aggregate
from analytics.rollups.rebuild import rebuild
from analytics.storage.database import Database
from tests.analytics.reports.queries import GROUPINGS, scoped_cases, sent, spec, spec_of
from tests.support import oracle as rules
from tests.support.factories import agent, message_sent
from tests.support.ingest_helpers import Event, feed
from tests.support.oracle import Oracle
from tests.support.sql.counter import reads

KINDS: tuple[EntityType[Any], ...] = (DEPARTMENTS, AGENTS, ACCOUNTS, TEMPLATES)


@pytest.fixture(scope="module")
async def others(database: Database) -> AsyncIterator[list[Database]]:
    """The same database, as two further processes see it: each has a memory of its own."""
    async with Database(database.url) as one, Database(database.url) as another:
        yield [one, another]


async def counted(database: Database, spec: QuerySpec, grouping: Grouping = Grouping.AGENT) -> tuple[Rows, list[str]]:
    """Return the counts, and where they were read."""
    async with database.read() as reader:
        return await run_aggregate(reader, AggregateQuery(spec, grouping)), reader.plans


async def counted_without_memory(database: Database, spec: QuerySpec, grouping: Grouping) -> Rows:
    async with database.read() as reader:
        reader.cache = None
        return await run_aggregate(reader, AggregateQuery(spec, grouping))


@given(case=scoped_cases(), batch=st.integers(3, 20), grouping=st.sampled_from(GROUPINGS))
async def test_after_each_batch_every_process_counts_it(
    database: Database,
    others: list[Database],
    case: tuple[list[Event], rules.Filter, frozenset[str] | None],
    batch: int,
    grouping: Grouping,
) -> None:
    events, filter, scope = case
    tenant = uuid4().hex
    spec = spec_of(tenant, Oracle(events), filter, scope)
    for start in range(0, len(events), batch):
        await feed(database, tenant, events[start : start + batch])
        expected = await counted_without_memory(database, spec, grouping)
        for process in (database, *others):
            assert (await counted(process, spec, grouping))[0] == expected
            assert (await counted(process, spec, grouping))[0] == expected


async def newest_names(database: Database, tenant: str, *, in_memory: bool = True) -> dict[str, dict[str, Any]]:
    """The newest entry of each id, by kind."""
    async with database.read() as reader:
        reader.cache = reader.cache if in_memory else None
        histories = {kind.table.name: await load_names(reader, tenant, kind) for kind in KINDS}
    return {kind: {id: history.newest(id) for id in history.ids} for kind, history in histories.items()}


@given(case=scoped_cases(), batch=st.integers(1, 8))
async def test_after_each_batch_every_process_knows_its_names(
    database: Database,
    others: list[Database],
    case: tuple[list[Event], rules.Filter, frozenset[str] | None],
    batch: int,
) -> None:
    events, _, _ = case
    tenant = uuid4().hex
    for start in range(0, len(events), batch):
        await feed(database, tenant, events[start : start + batch])
        expected = await newest_names(database, tenant, in_memory=False)
        for process in (database, *others):
            assert await newest_names(process, tenant) == expected


async def test_names_are_read_once_until_one_changes(database: Database, tenant: str) -> None:
    for number in range(2):  # there is a version from the second batch on
        await feed(database, tenant, [agent("u1", "Ana"), sent(f"m{number}", agent_id="u1")])
    await newest_names(database, tenant)
    await feed(database, tenant, [sent("m2", agent_id="u1")])
    with reads(database) as statements:
        assert (await newest_names(database, tenant))["agents"]["u1"].name == "Ana"
    assert len(statements) == 1  # of which version the directory is
    await feed(database, tenant, [agent("u1", "Ana Díaz", "2026-10-01T00:00:00Z")])
    assert (await newest_names(database, tenant))["agents"]["u1"].name == "Ana Díaz"


async def test_what_did_not_change_is_read_once(database: Database, tenant: str) -> None:
    for number in range(2):  # there is a version from the second batch on
        await feed(database, tenant, [sent(f"m{number}")])
    first, from_table = await counted(database, spec(tenant))
    later = replace(spec(tenant), now=spec(tenant).now + DAY)  # no count depends on the clock
    with reads(database) as statements:
        assert await counted(database, later) == (first, ["agent: memory"])
    assert from_table == ["agent: messages"]
    assert len(statements) == 1  # of which version the data are
    await feed(database, "another" + tenant, [sent("m1")])
    assert (await counted(database, later))[1] == ["agent: memory"]
    await feed(database, tenant, [sent("m2")])
    assert (await counted(database, later))[1] == from_table


async def test_nobody_is_answered_what_another_may_see(database: Database, tenant: str) -> None:
    for number in range(2):
        await feed(database, tenant, [sent(f"m{number}", department_id=f"d{number}", agent_id=f"u{number}")])
    everything = spec(tenant)
    agents = {}
    for departments in (None, frozenset({"d0"}), frozenset({"d1"}), frozenset[str](), None):
        scope = replace(everything.scope, departments=departments)
        rows, _ = await counted(database, replace(everything, scope=scope, departments=departments))
        agents[departments] = {agent for agent, _ in rows}
    assert agents == {
        None: {"u0", "u1"},
        frozenset({"d0"}): {"u0"},
        frozenset({"d1"}): {"u1"},
        frozenset(): set(),
    }


async def _expire(_since: int) -> None:
    pass


async def test_what_is_kept_takes_no_more_memory_than_is_counted(database: Database, tenant: str) -> None:
    """A supervisor of very many departments who names one of them, other days each time."""
    for number in range(2):
        await feed(database, tenant, [sent(f"m{number}", department_id="d0", agent_id=f"u{number}")])
    one = replace(spec(tenant), departments=frozenset({"d0"}))
    cached_before = database.cache.bytes
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for day in range(50):
            many = AccessScope(tenant, frozenset(f"department-{n}" for n in range(1_500)) | {"d0"})
            await counted(database, replace(one, scope=many, first=one.first - timedelta(days=day)))
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert database.cache.bytes > cached_before
    assert grown < database.cache.bytes - cached_before + 2_000_000


CHANGES: dict[str, Callable[[Database, str], Awaitable[object]]] = {
    "another batch": lambda database, tenant: feed(database, tenant, [message_sent()]),
    "a rebuild": lambda database, tenant: rebuild(database, tenant, anew=True),
    "messages derived anew": lambda database, tenant: derive_again(database, tenant, now_micros()),
    "old messages dropped": lambda database, tenant: delete_old_messages(database, tenant, 0, now_micros(), _expire),
    "the tenant removed": remove_tenant_rows,
}


@pytest.mark.parametrize("change", CHANGES)
async def test_whoever_writes_gives_the_data_a_new_version(database: Database, tenant: str, change: str) -> None:
    for number in range(2):
        await feed(database, tenant, [sent(f"m{number}", at="2026-01-05T10:00:00Z")])
    async with database.read() as reader:
        before = await availability.data_version(reader, tenant)
    assert before is not None
    await CHANGES[change](database, tenant)
    async with database.read() as reader:
        assert await availability.data_version(reader, tenant) != before


async def test_what_is_rolled_back_has_no_version(database: Database, tenant: str) -> None:
    for number in range(2):
        await feed(database, tenant, [sent(f"m{number}")])
    first = await counted(database, spec(tenant))
    with pytest.raises(ZeroDivisionError):
        await _fail_after_lock(database, tenant)
    assert await counted(database, spec(tenant)) == (first[0], ["agent: memory"])


async def _fail_after_lock(database: Database, tenant: str) -> None:
    async with database.write() as writer:
        await writer.lock_tenant(tenant)
        raise ZeroDivisionError
