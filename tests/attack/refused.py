"""Six viewers who send distinct requests that are refused, eight at a time, as fast as they can: by HTTP, and over a
WebSocket."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

import httpx
from websockets.exceptions import WebSocketException

from analytics.domain.limits import MAX_VARIABLE_VALUES
from tests.attack.fairness import TABLE, ZONES
from tests.support.factories import identity
from tests.support.servers.server import KEPT, Server
from tests.support.servers.websockets import Socket, begin_socket

VIEWERS, AT_ONCE = 6, 8
FIELDS = 480  # about as many tokens as the parser reads
PAUSE = 0.05  # seconds until a connection that was closed is opened again

Payload = dict[str, Any]


def _fields(n: int) -> str:
    return " ".join(f"a{n}x{field}: first" for field in range(FIELDS))


def too_many_names(n: int) -> Payload:
    """More names in one place than there may be."""
    return {"query": f"{{ limits {{ {_fields(n)} }} }}"}


def too_many_tokens(n: int) -> Payload:
    """More tokens than the parser reads."""
    return {"query": f"{{ limits {{ {_fields(n)} {'{ ' * 100}"}


def not_valid(n: int) -> Payload:
    """Nothing but names that the schema does not have, as few in one place as there may be."""
    places = (
        f"p{n}x{place}: nothing {{ {' '.join(f'n{n}x{place}x{field}' for field in range(40))} }}" for place in range(10)
    )
    return {"query": f"{{ {' '.join(places)} }}"}


def too_dear(n: int) -> Payload:
    """More points than there may be."""
    tables = (TABLE.format(n=f"{n}x{place}", day=1, zone=ZONES[place % len(ZONES)]) for place in range(12))
    return {"query": f"{{ {' '.join(tables)} }}"}


def unknown_hash(n: int) -> Payload:
    """The hash of a document that was never stored."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(b"%d" % n).hexdigest()}}}


def too_many_values(n: int) -> Payload:
    """One document again and again, with more values in its variables than there may be."""
    ids = [f"agent-{n}-{id}" for id in range(MAX_VARIABLE_VALUES + 1)]
    query = "query ($ids: [ID!]) { agents(ids: $ids) { nodes { id } } }"
    return {"query": query, "variables": {"ids": ids}}


def wrong_variables(n: int) -> Payload:
    """One document again and again, with variables of another type, each of which would be named."""
    query = "query ($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) { funnel { messages } } }"
    return {"query": query, "variables": {"filter": {"agentIds": [[n, id] for id in range(MAX_VARIABLE_VALUES // 3)]}}}


class Refused(NamedTuple):
    """A kind of request that is refused: what makes the nth of them, and the code of the answer."""

    make: Callable[[int], Payload]
    code: str


REQUESTS = {
    "documents of too many names": Refused(too_many_names, "QUERY_TOO_COMPLEX"),
    "documents of too many tokens": Refused(too_many_tokens, "GRAPHQL_PARSE_FAILED"),
    "documents that are not valid": Refused(not_valid, "GRAPHQL_VALIDATION_FAILED"),
    "documents that are too dear": Refused(too_dear, "QUERY_TOO_COMPLEX"),
    "unknown hashes": Refused(unknown_hash, "PERSISTED_QUERY_NOT_SUPPORTED"),
    "too many values in variables": Refused(too_many_values, "QUERY_TOO_COMPLEX"),
    "variables of a wrong type": Refused(wrong_variables, "BAD_USER_INPUT"),
}


async def run(server: Server, seconds: float, request: Refused, *, tenant: str = "acme") -> dict[str, int]:
    """Send requests of a kind for so long. Gives how many answers had each code."""
    codes: Counter[str] = Counter()
    numbers, ends_at = count(), time.monotonic() + seconds

    async def send(client: httpx.AsyncClient) -> None:
        while True:
            answer = (await client.post("/graphql", json=request.make(next(numbers)))).json()
            codes.update(error["extensions"]["code"] for error in answer["errors"])
            if time.monotonic() > ends_at:
                break

    async def attack(viewer: int) -> None:
        headers = _headers(server, tenant, viewer)
        async with httpx.AsyncClient(base_url=server.url, timeout=300, limits=KEPT, headers=headers) as one:
            await asyncio.gather(*(send(one) for _ in range(AT_ONCE)))

    await asyncio.gather(*(attack(viewer) for viewer in range(VIEWERS)))
    return dict(codes)


async def subscribe(server: Server, seconds: float, *, tenant: str = "acme") -> dict[str, int]:
    """Ask for operations that are refused over WebSockets, for so long. Gives how many messages had each type.

    A connection that is closed for too many messages is opened again at once.
    """
    types: Counter[str] = Counter()
    kinds = (too_many_names, too_many_tokens, not_valid, too_dear, wrong_variables)
    numbers, ends_at = count(), time.monotonic() + seconds

    async def send(socket: Socket) -> None:
        while isinstance(answer := await socket.hear(), dict):
            types[answer["type"]] += 1
            if time.monotonic() > ends_at:
                return
            n = next(numbers)
            await socket.say({"id": str(n), "type": "subscribe", "payload": kinds[n % len(kinds)](n)})
        types[str(answer)] += 1

    async def attack(viewer: int) -> None:
        while time.monotonic() < ends_at:
            try:
                async with begin_socket(server.url, _headers(server, tenant, viewer)) as socket:
                    await send(socket)
            except (WebSocketException, OSError) as error:
                types[type(error).__name__] += 1
            await asyncio.sleep(PAUSE)

    await asyncio.gather(*(attack(viewer % VIEWERS) for viewer in range(VIEWERS * AT_ONCE)))
    return dict(types)


def _headers(server: Server, tenant: str, viewer: int) -> dict[str, str]:
    return server.headers(identity(tenant, "analyst", f"refused-{viewer}"))
