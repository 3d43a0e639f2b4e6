"""Guards: work ends when the node of its tenant stops answering, and goes on however long it takes otherwise."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from analytics.storage import database as databases
from analytics.storage.backends import guards, transaction
from analytics.storage.backends.guards import Guard, NotAnsweringError
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database, Reader
from tests.conftest import POSTGRESQL, empty_database
from tests.support.servers.proxies import proxy_for


class Node:
    """Answers, or fails, or never answers."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.hangs = False
        self.asked = asyncio.Semaphore(0)

    async def ask(self, _tenant: str) -> None:
        self.asked.release()
        if self.hangs:
            await asyncio.Event().wait()
        if self.error:
            raise self.error


class RefusalError(Exception):
    """An error of a server, with its SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again and again, and given up soon."""
    monkeypatch.setattr(guards, "ASK_EVERY", 0.01)
    monkeypatch.setattr(guards, "ANSWER_TIMEOUT", 0.1)
    monkeypatch.setattr(transaction, "CANCEL_TIMEOUT", 0.1)
    monkeypatch.setattr(databases, "CLOSE_TIMEOUT", 0.2)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), DBAPIError("", {}, RefusalError("08006")), None])
async def test_work_ends_when_its_node_does_not_answer(error: Exception | None) -> None:
    node = Node()
    node.error, node.hangs = error, error is None
    guard = Guard(node.ask)
    with pytest.raises(NotAnsweringError) as caught:
        async with guard.around("acme"):
            await asyncio.Event().wait()
    assert is_transient(caught.value)
    with pytest.raises(NotAnsweringError):
        async with guard.around("acme"):
            raise AssertionError("it is not begun")
    async with guard.around("other"):
        pass


async def test_a_node_is_asked_again_after_its_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "REST", 0.0)
    node = Node()
    node.hangs = True
    guard = Guard(node.ask)
    with pytest.raises(NotAnsweringError):
        async with guard.around("acme"):
            await asyncio.Event().wait()
    async with guard.around("acme"):
        pass


@pytest.mark.parametrize(
    "error", [None, DBAPIError("", {}, RefusalError("53300")), DBAPIError("", {}, RefusalError("42P01"))]
)
async def test_long_work_goes_on_as_long_as_its_node_answers(error: Exception | None) -> None:
    """A refusal is an answer too."""
    node = Node()
    node.error = error
    async with Guard(node.ask).around("acme"):
        for _ in range(5):
            await node.asked.acquire()


async def test_errors_of_the_work_are_its_own() -> None:
    guard = Guard(Node().ask)
    for error in (TimeoutError, ZeroDivisionError, asyncio.CancelledError):
        with pytest.raises(error):
            async with guard.around("acme"):
                raise error
    async with guard.around("acme"):
        pass


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_server_that_hangs_does_not_hold_up_whoever_gives_up(guarded: bool) -> None:
    """Guarded work is ended, other work gives up by itself. The server cannot even cancel the statement."""
    async with empty_database(POSTGRESQL) as url:
        with proxy_for("127.0.0.1", make_url(url).port or 5432) as proxy:
            async with asyncio.timeout(120), Database(through(url, proxy.port)) as database:

                async def work(opened: Callable[[], AbstractAsyncContextManager[Reader]]) -> None:
                    guard = Guard(database._answers).around("acme") if guarded else nullcontext()
                    async with guard, opened() as reader:
                        await reader.first(text("SELECT 1"))
                        proxy.hang()
                        async with asyncio.timeout(None if guarded else 0.05):
                            await reader.first(text("SELECT 1"))

                for opened in (database.read, database.write):
                    with pytest.raises(NotAnsweringError if guarded else TimeoutError):
                        await work(opened)
                    proxy.recover()
                    async with opened() as reader:
                        assert await reader.first(text("SELECT 1"))
                proxy.hang()  # closing does not wait for it either


def through(url: str, port: int) -> str:
    """The same database by way of a proxy."""
    before, _, name = url.rpartition("/")
    return f"{before.rpartition(':')[0]}:{port}/{name}"
