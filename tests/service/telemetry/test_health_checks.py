"""Looks at what the service depends on."""

import asyncio

import pytest

from service.telemetry import health_checks
from service.telemetry.health_checks import HealthCheck, SharedCall


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def fail() -> bool:
    raise ConnectionError


@pytest.mark.parametrize(("ask", "answers"), [(yes, True), (no, False), (fail, False)])
async def test_what_is_asked_answers_or_not(ask: health_checks.Ask, answers: bool) -> None:
    look = HealthCheck(ask)
    assert [await look.answers() for _ in range(2)] == [answers] * 2


async def test_what_is_frozen_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_checks, "CHECK_TIMEOUT", 0.01)
    asked, go_on = 0, asyncio.Event()

    async def freeze() -> bool:
        nonlocal asked
        asked += 1
        return await go_on.wait()

    look = HealthCheck(freeze)
    assert [await look.answers() for _ in range(3)] == [False] * 3
    assert await asyncio.gather(*(look.answers() for _ in range(20))) == [False] * 20
    assert asked == 1
    go_on.set()
    await asyncio.sleep(0)
    assert await look.answers()


async def test_who_asks_at_the_same_time_shares_one_result() -> None:
    done: list[int] = []

    async def work() -> int:
        await asyncio.sleep(0.01)
        done.append(1)
        return len(done)

    shared = SharedCall(work, timeout=10)
    gone = asyncio.create_task(shared.result())
    await asyncio.sleep(0)
    gone.cancel()
    assert await asyncio.gather(*(shared.result() for _ in range(1_000))) == [1] * 1_000
    assert await shared.result() == 2


async def test_who_asks_as_a_call_ends_does_not_take_its_result_from_those_who_waited_for_it() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 1

    shared = SharedCall(work, timeout=10)

    async def ask(turns: int) -> list[int | None]:
        """Ask again and again, from some turns of the loop on."""
        for _ in range(turns):
            await asyncio.sleep(0)
        return [await shared.result() for _ in range(20)]

    assert await asyncio.gather(*(ask(turns) for turns in range(7))) == [[1] * 20] * 7


async def test_what_takes_long_is_not_waited_for() -> None:
    shared = SharedCall(asyncio.Event().wait, timeout=0.01)
    assert [await shared.result() for _ in range(3)] == [None] * 3
