"""Bodies that are small to send and dear to take in, posted to a service that runs.

A prober in a process of its own asks a small query all the while: its samples from `began` to `ended` of a body are
what that body cost others.
"""

import asyncio
import gzip
import hashlib
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import httpx

MIB = 1 << 20
PIECE = 1 << 16
# Seconds between two looks at the memory of the service's processes.
LOOK_EVERY = 0.02
# Seconds until an answer counts as lost.
PATIENCE = 300.0


class Body(NamedTuple):
    """A body for a path; `times` at once."""

    content: Callable[[], bytes | Iterator[bytes]]
    packed: bool = False
    path: str = "/v1/events"
    times: int = 1


@dataclass(frozen=True)
class Outcome:
    """The outcome of a body: its time (epoch seconds), its answers' statuses, and the growth of memory in bytes."""

    began: float
    ended: float
    statuses: tuple[int, ...]
    api: int
    applier: int


def packed(piece: bytes, times: int) -> bytes:
    """The gzip of a text repeated, without having it in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])


def repeated(line: bytes, size: int) -> Callable[[], Iterator[bytes]]:
    """Lines of so many bytes in all, a piece at a time."""
    times = max(PIECE // len(line), 1)
    return lambda: (line * times for _ in range(size // (len(line) * times)))


NO_EVENT = b'{"type":"nothing","text":"%s"}\n' % (b"x" * 100)
MEMBERS = 300_000
# Some are stated by size alone, and stay below what a body may have.
BODIES: dict[str, Body] = {
    "4,194,304 lines of x in 8 KB": Body(lambda: packed(b"x\n" * PIECE, 64), packed=True),
    "32 times as many in 260 KB": Body(lambda: packed(b"x\n" * PIECE, 2048), packed=True),
    "1 GiB of zeros in 1 MB": Body(lambda: packed(bytes(MIB), 1024), packed=True),
    "six of them at once": Body(lambda: packed(bytes(MIB), 1024), packed=True, times=6),
    "300,000 empty members": Body(lambda: gzip.compress(b"") * MEMBERS, packed=True),
    "256 MiB of empty lines": Body(lambda: packed(b"\n" * MIB, 256), packed=True),
    "a line without end": Body(repeated(b"x", 255 * MIB)),
    "many tiny lines": Body(repeated(b"1\n", 64 * MIB)),
    "JSON that is no event": Body(repeated(NO_EVENT, 255 * MIB)),
    "the same, packed": Body(lambda: packed(NO_EVENT * 7000, 256 * MIB // (len(NO_EVENT) * 7000)), packed=True),
    "a type of 4 MB, 60 times": Body(lambda: packed(b'{"type":"' + b"t" * 4_000_000 + b'"}\n', 60), packed=True),
    "deeply nested": Body(lambda: packed((b"[" * 2_000_000) + b"\n", 60), packed=True),
    "nested in a key": Body(lambda: packed(b'{"type":"message.sent","x":' + b"[" * 2_000_000 + b"\n", 60), packed=True),
    "a million empty objects": Body(
        lambda: packed(b'{"type":"message.sent","x":[' + b"{}," * 1_300_000 + b"{}]}\n", 10), packed=True
    ),
    "integers of 4,000,000 digits": Body(lambda: packed(b'{"type":' + b"9" * 4_000_000 + b"}\n", 60), packed=True),
    "half of the lines are wrong": Body(lambda: packed(b'x\n{"type":"message.sent"}\n' * 40_000, 64), packed=True),
    "100 webhooks of 4 MiB": Body(lambda: bytes(4 * MIB - 1), path="/webhooks/whatsapp/acme", times=100),
}


async def send_all(url: str, headers: dict[str, str], pid: int, name: str) -> Outcome:
    """Post the body of this name, or as many of it as it says; `pid` is the service's."""
    signed = headers | {"X-Hub-Signature-256": "sha256=" + hashlib.sha256(b"").hexdigest()}
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, headers=signed) as client:
        return await post(client, BODIES[name], pid)


async def post(client: httpx.AsyncClient, body: Body, pid: int) -> Outcome:
    """Post a body, and look at the service's memory until it is answered."""
    headers = {"Content-Encoding": "gzip"} if body.packed else {}
    content = body.content()
    contents = [content] * body.times if isinstance(content, bytes) else [body.content() for _ in range(body.times)]
    began, before = time.time(), memory(pid)
    highest = before
    posts = asyncio.gather(
        *(client.post(body.path, content=sent(each), headers=headers) for each in contents), return_exceptions=True
    )
    while not posts.done():
        now = memory(pid)
        highest = max(highest[0], now[0]), max(highest[1], now[1])
        await asyncio.wait([posts], timeout=LOOK_EVERY)
    statuses = [answer.status_code if isinstance(answer, httpx.Response) else 0 for answer in await posts]
    return Outcome(began, time.time(), tuple(statuses), highest[0] - before[0], highest[1] - before[1])


async def sent(content: bytes | Iterator[bytes]) -> AsyncIterator[bytes]:
    """A body, a piece at a time."""
    pieces = content
    if isinstance(pieces, bytes):
        whole = pieces
        pieces = (whole[start : start + PIECE] for start in range(0, len(whole), PIECE))
    for piece in pieces:
        yield piece


def memory(pid: int) -> tuple[int, int]:
    """Resident bytes of the service's own process, and of the largest of its appliers."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    appliers = [child for child in children if b"service.ingest.process" in _read(child, "cmdline")]
    return resident(pid), max(map(resident, appliers), default=0)


def resident(pid: int) -> int:
    """Resident bytes of a process; none of one that ended."""
    lines = _read(pid, "status").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(b"VmRSS:")), 0)


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
