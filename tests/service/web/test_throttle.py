"""The pace of strangers: they are delayed, never refused, and nobody else is."""

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest
from starlette.types import Message, Receive, Scope, Send

from analytics.domain.access import Identity
from service.auth.tokens import TokenService
from service.web import throttle
from service.web.throttle import AnonymousThrottle
from tests.support.factories import identity
from tests.support.servers.server import SECRET

SIGNED = {"authorization": f"Bearer {TokenService(SECRET).issue(identity('acme'), timedelta(hours=1))}"}


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that each was made to wait."""
    waited: list[float] = []

    async def closes_within(seconds: float, _scope: Scope) -> bool:
        waited.append(seconds)
        return False

    monkeypatch.setattr("service.web.throttle._closes_within", closes_within)
    monkeypatch.setattr("service.web.throttle.time.monotonic", lambda: 1_000.0)
    return waited


async def _ask(
    paced: AnonymousThrottle, headers: dict[str, str], path: str = "/", kind: str = "http", **more: Any
) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "headers": listed, "server": ("x", 80), "scheme": "http", **more}
    await paced(scope, receive, send)
    return sent


def _paced(answered: list[str]) -> AnonymousThrottle:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        answered.append(scope["path"])

    return AnonymousThrottle(app, TokenService(SECRET))


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"x-hub-signature-256": "sha256=0"}])
async def test_strangers_wait_once_there_are_many_and_are_answered(
    delays: list[float], headers: dict[str, str], kind: str
) -> None:
    answered: list[str] = []
    paced = _paced(answered)
    for _ in range(1_000):
        await _ask(paced, headers, kind=kind)
    assert len(answered) == 1_000
    assert set(delays[: int(throttle.BURST)]) == {0.0}
    assert delays == sorted(delays)
    assert delays[-1] == pytest.approx(throttle.MAX_DELAY)


@pytest.mark.parametrize(
    ("path", "headers"), [("/graphql", SIGNED), ("/webhooks/whatsapp/acme", {"x-hub-signature-256": "sha256=0"})]
)
async def test_nobody_else_waits(delays: list[float], path: str, headers: dict[str, str]) -> None:
    answered: list[str] = []
    paced = _paced(answered)
    for _ in range(1_000):
        await _ask(paced, {})
    delays.clear()
    await _ask(paced, headers, path)
    assert delays == []
    assert answered[-1] == path


async def test_a_token_is_checked_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = TokenService(SECRET)
    checked = AsyncMock(side_effect=tokens.authenticate)
    monkeypatch.setattr(TokenService, "authenticate", checked)
    seen: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        seen.append(scope["state"]["identity"])

    await _ask(AnonymousThrottle(app, tokens), SIGNED)
    assert isinstance(seen[0], Identity)
    assert checked.await_count == 1


@pytest.mark.parametrize(("headers", "read"), [({}, False), (SIGNED, True)])
async def test_a_long_query_of_a_stranger_is_not_taken_apart(headers: dict[str, str], read: bool) -> None:
    answered: list[str] = []
    sent = await _ask(_paced(answered), headers, "/exports/x/file", query_string=b"a=%41&" * 1_000)
    assert (answered == ["/exports/x/file"]) is read
    assert [message["status"] for message in sent[:1]] == ([] if read else [414])


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_nothing_is_done_for_a_stranger_who_has_gone(kind: str) -> None:
    answered: list[str] = []
    paced = _paced(answered)
    for _ in range(1_000):
        paced._delay()
    closed = asyncio.Event()
    waiting = [asyncio.create_task(_ask(paced, {}, kind=kind, state={"closed": closed})) for _ in range(1_000)]
    await asyncio.sleep(0)
    closed.set()
    assert await asyncio.gather(*waiting) == [[]] * 1_000
    assert not answered
