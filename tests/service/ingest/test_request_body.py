"""Bodies of requests: bounded, unpacked and cut into lines, however they arrive."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from service.ingest.request_body import LineBatch, RequestRejectedError, iter_line_batches, read_body

TEXT = "\n".join(f"line {n}" for n in range(1000)).encode()


def request(pieces: Iterable[bytes], encoding: str | None = None, *, stalls: bool = False, pause: float = 0) -> Request:
    """A request whose body comes in pieces, some seconds apart."""
    arriving = iter(pieces)

    async def receive() -> dict[str, Any]:
        piece = next(arriving, None)
        await asyncio.sleep(60 if piece is None and stalls else pause)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    headers = [(b"content-encoding", encoding.encode())] if encoding else []
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def read(body: Request, most: int = 1 << 20, patience: float = 10, slowest: float = 1) -> bytes:
    return b"".join([chunk async for chunk in read_body(body, most, patience, slowest, asyncio.Semaphore())])


async def cut(pieces: Iterable[bytes], most: int) -> list[LineBatch]:
    async def arriving() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return [batch async for batch in iter_line_batches(arriving(), most)]


def pieces_of(text: bytes, size: int) -> list[bytes]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_a_body_is_read_plain_or_packed(size: int) -> None:
    assert await read(request(pieces_of(TEXT, size))) == TEXT
    assert await read(request(pieces_of(gzip.compress(TEXT), size), "gzip")) == TEXT
    members = gzip.compress(TEXT) + gzip.compress(b"more")
    assert await read(request(pieces_of(members, size), "GZIP")) == TEXT + b"more"
    assert await read(request([], "gzip")) == b""


# Each has a name of its own: one made from packed bytes, which tell the time, differs between workers of one run.
@pytest.mark.parametrize(
    ("body", "encoding", "status", "code"),
    [
        pytest.param(TEXT, "br", 415, "UNSUPPORTED_ENCODING", id="another encoding"),
        pytest.param(TEXT, "gzip", 400, "INVALID_GZIP", id="not packed"),
        pytest.param(gzip.compress(TEXT)[:-1], "gzip", 400, "INVALID_GZIP", id="cut off"),
        pytest.param(gzip.compress(TEXT) + b"x", "gzip", 400, "INVALID_GZIP", id="with a tail"),
        pytest.param(gzip.compress(b"") * 10_001, "gzip", 400, "INVALID_GZIP", id="too many members"),
        pytest.param(b"x" * 10_001, None, 413, "TOO_LARGE", id="too large"),
        pytest.param(gzip.compress(b"x" * 10_001), "gzip", 413, "TOO_LARGE", id="too large once unpacked"),
    ],
)
async def test_what_is_refused(body: bytes, encoding: str | None, status: int, code: str) -> None:
    with pytest.raises(RequestRejectedError) as refused:
        await read(request([body], encoding), most=10_000)
    assert (refused.value.status, refused.value.code) == (status, code)


async def test_a_body_that_unpacks_into_a_huge_one_is_never_held() -> None:
    bomb, sizes = gzip.compress(bytes(200 << 20)), []

    async def unpack() -> None:
        reading = read_body(request([bomb], "gzip"), 5 << 20, 10, 1, asyncio.Semaphore())
        sizes.extend([len(chunk) async for chunk in reading])

    with pytest.raises(RequestRejectedError, match="at most"):
        await unpack()


async def test_only_so_many_bodies_are_unpacked_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most_running, to_thread = 0, 0, asyncio.to_thread

    async def counted(*work: Any) -> Any:
        nonlocal running, most_running
        running += 1
        most_running = max(most_running, running)
        try:
            return await to_thread(*work)
        finally:
            running -= 1

    monkeypatch.setattr(asyncio, "to_thread", counted)
    unpacking = asyncio.Semaphore(2)

    async def unpack() -> int:
        body = request([gzip.compress(bytes(5 << 20))], "gzip")
        return sum([len(chunk) async for chunk in read_body(body, 5 << 20, 10, 1, unpacking)])

    assert await asyncio.gather(*(unpack() for _ in range(6))) == [5 << 20] * 6
    assert most_running == 2


async def test_others_come_to_their_turns_while_a_body_is_unpacked() -> None:
    """Also when all of it is here, and each piece gives the next one at once."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    body = request([gzip.compress(bytes(64 << 20))], "gzip")
    found = [turns async for _ in read_body(body, 64 << 20, 10, 1, asyncio.Semaphore())]
    other.cancel()
    assert len(found) >= 64
    assert len(set(found)) == len(found)


async def test_a_body_may_have_many_members() -> None:
    members = [gzip.compress(line + b"\n", 1) for line in TEXT.splitlines()]
    assert await read(request([b"".join(members * 10)], "gzip")) == (TEXT + b"\n") * 10


async def test_a_body_that_stops_coming_is_given_up() -> None:
    with pytest.raises(RequestRejectedError) as refused:
        await read(request([b"a"], stalls=True), patience=0.05)
    assert refused.value.status == 408


async def test_a_body_that_trickles_is_given_up() -> None:
    with pytest.raises(RequestRejectedError) as refused:
        await read(request([b"a"] * 10_000, pause=0.01), patience=0.2, slowest=1_000)
    assert refused.value.status == 408


async def test_a_body_may_take_long_if_much_comes() -> None:
    body = request([b"a" * 1_000] * 200, pause=0.01)
    assert len(await read(body, patience=1, slowest=1_000)) == 200_000


async def test_the_time_that_a_sender_waits_for_us_does_not_count() -> None:
    found = b""
    async for chunk in read_body(request([b"a"] * 5), 100, seconds=0.5, min_rate=1, unpacking=asyncio.Semaphore()):
        await asyncio.sleep(0.3)
        found += chunk
    assert found == b"a" * 5


@given(
    text=st.lists(st.text("ab", max_size=12), max_size=30).map(lambda found: "\n".join(found).encode()),
    size=st.integers(1, 40),
    most=st.integers(13, 60),
)
async def test_lines_come_whole_in_order_and_numbered(text: bytes, size: int, most: int) -> None:
    batches = await cut(pieces_of(text, size), most)
    assert b"".join(batch.text for batch in batches) == text
    number = 1
    for batch in batches:
        assert batch.first == number
        number += batch.text.count(b"\n")
    assert all(batch.text.endswith(b"\n") for batch in batches[:-1])
    assert all(len(batch.text) < most + size for batch in batches)


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_a_line_that_is_too_long_is_cut_and_the_next_ones_are_whole(size: int) -> None:
    batches = await cut(pieces_of(b"first\n" + b"x" * 500 + b"\nlast\nend", size), 20)
    whole = b"".join(batch.text for batch in batches).split(b"\n")
    assert [whole[0], *whole[2:]] == [b"first", b"last", b"end"]
    assert set(whole[1]) == set(b"x")
    assert len(whole[1]) >= 20
    assert batches[-1].first + batches[-1].text.count(b"\n") == 4
