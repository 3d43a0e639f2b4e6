"""Six viewers who send distinct documents that are refused, eight at a time, as fast as they can."""

import asyncio
import time
from collections import Counter
from itertools import count

import httpx

from tests.support.factories import identity
from tests.support.servers.server import Server

VIEWERS, AT_ONCE = 6, 8
FIELDS = 480  # about as many tokens as the parser reads


def document(n: int) -> str:
    """One of two kinds: too many names in one place, or more tokens than there may be."""
    fields = " ".join(f"a{n}x{field}: first" for field in range(FIELDS))
    return f"{{ limits {{ {fields} {'{ ' * 100 if n % 2 else '} }'}"


async def run(server: Server, seconds: float, *, tenant: str = "acme") -> dict[str, int]:
    """Send for so long. Gives how many answers had each code."""
    codes: Counter[str] = Counter()
    numbers, ends_at = count(), time.monotonic() + seconds

    async def send(client: httpx.AsyncClient) -> None:
        while time.monotonic() < ends_at:
            answer = (await client.post("/graphql", json={"query": document(next(numbers))})).json()
            codes.update(error["extensions"]["code"] for error in answer["errors"])

    async def attack(viewer: int) -> None:
        headers = server.headers(identity(tenant, "analyst", f"refused-{viewer}"))
        async with httpx.AsyncClient(base_url=server.url, timeout=300, headers=headers) as client:
            await asyncio.gather(*(send(client) for _ in range(AT_ONCE)))

    await asyncio.gather(*(attack(viewer) for viewer in range(VIEWERS)))
    return dict(codes)
