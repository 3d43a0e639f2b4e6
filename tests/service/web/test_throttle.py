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
    scope = {"type": kind, "method": "POST", "path": path, "headers": listed, **more}
    await paced(scope, receive, send)
    return sent


def _paced(answered: list[str], status: int = 200) -> AnonymousThrottle:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        answered.append(scope["path"])
        await send({"type": "http.response.start", "status": status})

    return AnonymousThrottle(app, TokenService(SECRET))


WEBHOOK = {"x-hub-signature-256": "sha256=0"}


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/graphql", {}),
        ("/graphql", {"authorization": "Bearer x"}),
        ("/graphql", WEBHOOK),
        ("/v1/events", {}),
        ("/nowhere", SIGNED),
        ("/readyz", SIGNED),
        ("/webhooks/whatsapp/acme", SIGNED),
    ],
)
async def test_what_has_no_limits_of_its_own_waits_once_there_is_much_of_it_and_is_answered(
    delays: list[float], path: str, headers: dict[str, str], kind: str
) -> None:
    answered: list[str] = []
    paced = _paced(answered)
    for _ in range(1_000):
        await _ask(paced, headers, path, kind)
    assert len(answered) == 1_000
    assert set(delays[: int(throttle.BURST)]) == {0.0}
    assert delays == sorted(delays)
    assert delays[-1] == pytest.approx(throttle.MAX_DELAY)


CHECKED_LATER = [("/v1/events", SIGNED), ("/webhooks/whatsapp/acme", WEBHOOK)]


@pytest.mark.parametrize(("path", "headers"), [("/graphql", SIGNED), *CHECKED_LATER])
async def test_nobody_else_waits(delays: list[float], path: str, headers: dict[str, str]) -> None:
    answered: list[str] = []
    paced = _paced(answered)
    for _ in range(1_000):
        await _ask(paced, {})
    delays.clear()
    for _ in range(1_000):
        await _ask(paced, headers, path)
    assert delays == []
    assert answered[-1] == path


@pytest.mark.parametrize(("path", "headers"), CHECKED_LATER)
@pytest.mark.parametrize("status", [403, 404, 429, 503])
async def test_what_is_checked_later_waits_while_much_of_it_is_refused(
    delays: list[float], path: str, headers: dict[str, str], status: int
) -> None:
    answered: list[str] = []
    paced = _paced(answered, status)
    for _ in range(1_000):
        await _ask(paced, headers, path)
    assert len(answered) == 1_000
    assert len(delays) == pytest.approx(1_000 - throttle.BURST, abs=1)
    assert delays[-1] == pytest.approx(throttle.MAX_DELAY)
    delays.clear()
    await _ask(paced, {})
    assert delays == [0.0]  # strangers elsewhere do not wait for it


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


@pytest.mark.parametrize(("headers", "status"), [({}, 414), (SIGNED, 200)])
async def test_a_long_query_of_a_stranger_is_not_taken_apart(headers: dict[str, str], status: int) -> None:
    sent = await _ask(_paced([]), headers, "/graphql", query_string=b"query=" + b"%41" * 2_000)
    assert sent[0]["status"] == status


@pytest.mark.parametrize("headers", [{}, SIGNED, WEBHOOK])
@pytest.mark.parametrize("path", ["/graphql", "/webhooks/whatsapp/acme", "/"])
async def test_thousands_of_parameters_are_read_for_nobody(headers: dict[str, str], path: str) -> None:
    answered: list[str] = []
    query = "&".join(["a="] * (throttle.MAX_PARAMETERS + 1)).encode()
    sent = await _ask(_paced(answered), headers, path, query_string=query)
    assert sent[0]["status"] == 414
    assert answered == []
    await _ask(_paced(answered), headers, path, query_string=query.removesuffix(b"&a="))
    assert answered == [path]


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_nothing_is_done_for_a_stranger_who_has_gone(kind: str) -> None:
    answered: list[str] = []
    paced = _paced(answered)
    for _ in range(1_000):
        paced._strangers.take()
    closed = asyncio.Event()
    waiting = [asyncio.create_task(_ask(paced, {}, kind=kind, state={"closed": closed})) for _ in range(1_000)]
    await asyncio.sleep(0)
    closed.set()
    assert await asyncio.gather(*waiting) == [[]] * 1_000
    assert not answered
