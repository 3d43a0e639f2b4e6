"""Places: who has as many as there are waits, or is refused; nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from graphql import DocumentNode, GraphQLError

from analytics.domain.errors import RateLimitedError
from analytics.storage.database import Database
from graphql_schema.context import Context, RequestPolicy
from graphql_schema.extensions.document_validation import DocumentValidationExtension
from graphql_schema.schema import schema
from service.auth.download_links import DownloadLinkSigner
from service.auth.tokens import TokenService
from service.graphql.concurrency import CheckQueue, ConcurrencyLimiter, ExecutionQueue
from service.graphql.endpoint import GraphQLDependencies, GraphQLEndpoint
from service.graphql.persisted_documents import PersistedDocuments
from service.graphql.rate_limits import InMemoryTokenBuckets, RateLimiter, RateLimits
from tests.support.factories import context, identity
from tests.support.fakes import FakeExportQueue


async def test_more_than_the_places_wait_and_then_have_one() -> None:
    places, inside, most = ConcurrencyLimiter(2), 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with places.slot("ana", seconds=60):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(9)))
    assert (inside, most) == (0, 2)


async def test_everybody_has_places_of_their_own() -> None:
    places = ConcurrencyLimiter(1)
    async with places.slot(("ana", "acme"), seconds=0), places.slot(("ana", "other"), seconds=0):
        pass


@pytest.mark.parametrize("seconds", [0, 0.01])
async def test_without_patience_there_is_none(seconds: float) -> None:
    places = ConcurrencyLimiter(1)
    async with places.slot("ana", seconds=60):
        with pytest.raises(RateLimitedError):
            async with places.slot("ana", seconds=seconds):
                raise AssertionError("there was a second place")
    async with places.slot("ana", seconds=0):
        pass


async def test_a_place_is_given_back_whatever_happens() -> None:
    places = ConcurrencyLimiter(1)
    with pytest.raises(ValueError, match="broken"):
        async with places.slot("ana", seconds=0):
            raise ValueError("broken")
    running = asyncio.create_task(_hold(places))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with places.slot("ana", seconds=0):
        pass
    assert not places._semaphores


async def _hold(places: ConcurrencyLimiter) -> None:
    async with places.slot("ana", seconds=0):
        await asyncio.sleep(60)


async def test_places_for_all_are_given_in_turn() -> None:
    turns, began = ExecutionQueue(2), list[str]()

    async def work(who: str) -> None:
        async with turns.slot(who, seconds=60):
            began.append(who)
            await asyncio.sleep(0)

    await asyncio.gather(*(work(who) for who in ["ana"] * 6 + ["eva"] * 2 + ["ivo"]))
    assert began == ["ana", "ana", "eva", "ivo", "ana", "eva", "ana", "ana", "ana"]
    assert (turns._free, len(turns._waiting)) == (2, 0)


async def test_who_asks_for_dear_things_has_as_many_points_as_others_not_as_many_turns() -> None:
    turns, began = ExecutionQueue(1), list[str]()

    async def work(who: str, points: float, times: int) -> None:
        for _ in range(times):
            async with turns.slot(who, 60, points):
                began.append(who)
                await asyncio.sleep(0)

    async with turns.slot("somebody else", seconds=60):
        dear = [asyncio.create_task(work("dear", 70, 2)) for _ in range(4)]
        await asyncio.sleep(0)
        cheap = [asyncio.create_task(work("cheap", 10, 7)) for _ in range(4)]
        await asyncio.sleep(0)
    await asyncio.gather(*dear, *cheap)
    assert began[:17] == ["dear", *["cheap"] * 7, "dear", *["cheap"] * 7, "dear"]
    assert len(began) == 8 + 28


async def test_who_was_away_has_saved_nothing_up() -> None:
    turns, began = ExecutionQueue(1), list[str]()

    async def work(who: str) -> None:
        async with turns.slot(who, 60, 10):
            began.append(who)

    async with turns.slot("eva", 60, 10):
        pass
    for _ in range(50):
        async with turns.slot("ana", 60, 10):
            pass
    async with turns.slot("ivo", 60, 10):
        waiting = [asyncio.create_task(work(who)) for who in ["ana"] * 3 + ["eva"] * 3]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert began == ["eva", "ana", "eva", "ana", "eva", "ana"]


async def test_what_viewers_have_had_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.graphql.concurrency.MAX_KNOWN_VIEWERS", 10)
    turns = ExecutionQueue(1)
    for n in range(1_000):
        async with turns.slot(n, 60, 10):
            pass
        async with turns.slot("ana", 60, 10):
            pass
    assert len(turns._begins_at) <= 11


async def test_who_gives_up_waiting_leaves_the_place_to_others() -> None:
    turns = ExecutionQueue(1)
    async with turns.slot("ana", seconds=60):
        with pytest.raises(RateLimitedError):
            async with turns.slot("eva", seconds=0.01):
                raise AssertionError("there was a second place")
        waiting = [asyncio.create_task(_turn(turns)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.sleep(0)
    # Just as it was given to the first, the first goes.
    waiting[0].cancel()
    await asyncio.wait(waiting)
    assert [task.cancelled() for task in waiting] == [True, True, False]
    assert (turns._free, len(turns._waiting)) == (1, 0)


async def _turn(turns: ExecutionQueue) -> None:
    async with turns.slot("ivo", seconds=60):
        pass


async def test_dear_operations_wait_for_each_other_and_cheap_ones_for_nobody(database: Database, tenant: str) -> None:
    terms, rates = RequestPolicy(seconds=0.05), RateLimiter(InMemoryTokenBuckets(), RateLimits())
    links = DownloadLinkSigner("secret", timedelta(1))
    dependencies = GraphQLDependencies(
        database, FakeExportQueue(), TokenService(None), links, None, terms, rates, PersistedDocuments(), ()
    )
    endpoint = GraphQLEndpoint(schema, dependencies)

    def costing(points: int, who: str) -> Context:
        asked = context(database, identity(tenant, id=who))
        asked.policy, asked.cost = terms, points
        return asked

    async with AsyncExitStack() as running:
        for n in range(database.readers // 2):
            await running.enter_async_context(endpoint.operation_slot(costing(700, f"dear {n}")))
        for n in range(database.readers // 4):
            await running.enter_async_context(endpoint.operation_slot(costing(100, f"between {n}")))
        for n in range(50):
            await running.enter_async_context(endpoint.operation_slot(costing(4, f"cheap {n}")))
        for points in (1_201, 25):
            with pytest.raises(RateLimitedError):
                await running.enter_async_context(endpoint.operation_slot(costing(points, "late")))
    async with endpoint.operation_slot(costing(1_201, "late")):
        pass


async def test_who_has_no_place_is_told_when_to_come_back(database: Database, tenant: str) -> None:
    asked = context(database, identity(tenant))
    turns = ExecutionQueue(0)
    asked.slot = lambda asked: turns.slot(asked.require_identity, 0.01)
    result = await schema.execute("{ limits { first } }", context_value=asked)
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["RATE_LIMITED"]
    assert asked.refused
    assert asked.refused.retry_after == 1


async def test_unknown_documents_are_checked_one_at_a_time_and_viewers_take_turns(
    database: Database, tenant: str
) -> None:
    turns, checked, codes = CheckQueue(), list[str](), list[object]()

    async def send(who: str, n: int) -> None:
        asked = context(database, identity(tenant, id=who))

        @asynccontextmanager
        async def turn(asked: Context) -> AsyncIterator[None]:
            async with turns.slot(asked.require_identity.id, 60):
                assert turns._free == 0
                checked.append(who)
                yield

        asked.check_slot = turn
        result = await schema.execute(f"{{ limits {{ nothing{n} }} }}", context_value=asked)
        codes.extend((error.extensions or {}).get("code") for error in result.errors or ())

    await asyncio.gather(*(send("ana", n) for n in range(6)), send("eva", 7))
    # Each is parsed in one turn and validated in another.
    assert (len(checked), len(codes)) == (14, 7)
    assert len([who for who in checked[: checked.index("eva")] if who == "ana"]) <= 2


async def test_a_new_document_that_many_send_is_validated_once(
    database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, validated = CheckQueue(), list[object]()
    query = f"{{ limits {{ a{tenant}: first }} }}"
    check = DocumentValidationExtension._check

    def counted_check(self: DocumentValidationExtension, document: DocumentNode) -> list[GraphQLError]:
        validated.append(document)
        return check(self, document)

    monkeypatch.setattr(DocumentValidationExtension, "_check", counted_check)

    async def send(who: str) -> None:
        asked = context(database, identity(tenant, id=who))
        asked.check_slot = lambda asked: turns.slot(asked.require_identity.id, 60)
        assert not (await schema.execute(query, context_value=asked)).errors

    async with turns.slot("somebody else", 60):
        sending = [asyncio.create_task(send(f"viewer {n}")) for n in range(8)]
        await asyncio.sleep(0.05)  # all wait to have it parsed
    await asyncio.gather(*sending)
    assert len(validated) == 1


async def test_known_documents_wait_for_nobody(database: Database, tenant: str) -> None:
    query, turns = "{ limits { known: first } }", CheckQueue()
    asked = context(database, identity(tenant))
    assert not (await schema.execute(query, context_value=asked)).errors
    async with turns.slot("eva", 60):
        for text, refused in [(query, False), ("{ limits { unknown: first } }", True)]:
            asked = context(database, identity(tenant))
            asked.check_slot = lambda asked: turns.slot(asked.require_identity.id, 0.01)
            result = await schema.execute(text, context_value=asked)
            assert bool(result.errors) == refused
            assert bool(asked.refused) == refused


async def test_the_place_to_check_stays_taken_for_a_while() -> None:
    turns = CheckQueue()
    async with turns.slot("ana", 60):
        pass
    assert turns._free == 0
    async with turns.slot("ana", 60):  # and is given all the same
        pass
