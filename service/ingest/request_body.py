"""Bodies of requests as they arrive: bounded, unpacked and cut into whole lines, never all in memory."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import NamedTuple

from starlette.requests import Request

# What one step of unpacking may give, so that a small body that unpacks into a huge one is noticed early.
STEP = 1 << 20
GZIP = 16 + zlib.MAX_WBITS
# Members of a gzip body. Programs that pack in parallel write one for each 64 KiB or so.
MAX_MEMBERS = 10_000


class RequestRejectedError(Exception):
    """A body that is not read any further: the HTTP status, a code and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class LineBatch(NamedTuple):
    """Some whole lines, of which the first has this number in the body."""

    first: int
    text: bytes


async def read_body(
    request: Request, max_bytes: int, seconds: float, min_rate: float, unpacking: asyncio.Semaphore
) -> AsyncIterator[bytes]:
    """Yield the body in chunks, decompressed. `unpacking` bounds the bodies of which a step is decompressed at a time.

    Raises `RequestRejectedError` when it has more than `max_bytes`, is compressed wrongly, stops for `seconds`, or
    arrives with less than `min_rate` bytes a second for longer than that.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise RequestRejectedError(415, "UNSUPPORTED_ENCODING", "Content-Encoding must be gzip, or be left out.")
    arriving = _with_deadline(request, seconds, min_rate)
    size = 0
    async for chunk in arriving if encoding == "identity" else _gunzip(arriving, unpacking):
        size += len(chunk)
        if size > max_bytes:
            raise RequestRejectedError(
                413, "TOO_LARGE", f"A body may have at most {max_bytes:,} bytes, unpacked. Send several."
            )
        yield chunk


async def _with_deadline(request: Request, seconds: float, min_rate: float) -> AsyncIterator[bytes]:
    stream, clock = request.stream(), asyncio.get_running_loop().time
    size, waited = 0, 0.0  # time spent waiting for the client (excludes our own processing)
    while True:
        began = clock()
        try:
            async with asyncio.timeout(min(seconds, seconds + size / min_rate - waited)):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise RequestRejectedError(408, "TIMEOUT", "The body came too slowly, or stopped coming.") from None
        waited += clock() - began
        size += len(chunk)
        yield chunk


async def _gunzip(packed: AsyncIterator[bytes], unpacking: asyncio.Semaphore) -> AsyncIterator[bytes]:
    unpacker, members = zlib.decompressobj(GZIP), 0
    begun = False
    async for chunk in packed:
        rest = chunk
        while rest:
            members += not begun
            if members > MAX_MEMBERS:
                raise RequestRejectedError(
                    400, "INVALID_GZIP", f"A gzip body may have at most {MAX_MEMBERS:,} members."
                )
            begun = True
            try:
                # In a thread: there is always more of a body that unpacks into a huge one, and nobody else would come
                # to a turn.
                async with unpacking:
                    unpacked = await asyncio.to_thread(unpacker.decompress, rest, STEP)
                yield unpacked
            except zlib.error:
                raise RequestRejectedError(400, "INVALID_GZIP", "The body is not gzip.") from None
            rest = unpacker.unconsumed_tail
            if unpacker.eof:  # another member may follow
                rest = unpacker.unused_data
                unpacker, begun = zlib.decompressobj(GZIP), False
    if begun:
        raise RequestRejectedError(400, "INVALID_GZIP", "The gzip body is not complete.")


async def iter_line_batches(arriving: AsyncIterator[bytes], most: int) -> AsyncIterator[LineBatch]:
    """Whole lines, some `most` bytes at a time. Of a longer line only so many bytes are kept."""
    number, held, cut = 1, bytearray(), False
    async for chunk in arriving:
        start = chunk.find(b"\n") if cut else 0
        if start < 0:
            continue
        held += chunk[start:]
        cut = False
        if len(held) < most:
            continue
        if end := held.rfind(b"\n") + 1:
            with memoryview(held) as view:
                whole = bytes(view[:end])
            yield LineBatch(number, whole)
            number += held.count(b"\n", 0, end)
            del held[:end]
        else:
            cut = True
            del held[most:]
    if held:
        yield LineBatch(number, bytes(held))
