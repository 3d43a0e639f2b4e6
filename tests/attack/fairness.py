"""Six viewers who each send eight documents at the cap on cost at once, again and again."""

import asyncio
from collections import Counter

import httpx

from tests.support.factories import identity
from tests.support.servers.server import KEPT, Server

VIEWERS, AT_ONCE, EACH = 6, 8, 64
# Eight tables over nearly three years, in eight zones of other days than the rollups': 1,201 points.
ZONES = ("Asia/Tokyo", "Asia/Kolkata", "Asia/Dubai", "Europe/Paris", "Africa/Lagos", "Asia/Seoul", "Asia/Dhaka", "UTC")
TABLE = (
    'a{n}: campaignAnalytics(filter: {{sentOn: {{from: "2023-12-{day:02}", to: "2026-11-28"}}, timeZone: "{zone}"}}) '
    "{{ byTemplate(first: 1) {{ totalCount }} }}"
)


def document(day: int) -> str:
    """One that costs as much as one may."""
    return "{ " + " ".join(TABLE.format(n=n, day=day, zone=zone) for n, zone in enumerate(ZONES)) + " }"


async def run(server: Server, *, each: int = EACH, tenant: str = "acme") -> dict[str, int]:
    """Have each viewer send so many, eight at a time. Gives how many answers had each code."""
    codes: Counter[str] = Counter()

    async def send(client: httpx.AsyncClient, day: int) -> None:
        answer = (await client.post("/graphql", json={"query": document(day)})).json()
        codes.update(error["extensions"]["code"] for error in answer.get("errors", [{"extensions": {"code": "OK"}}]))

    async def attack(viewer: int) -> None:
        headers = server.headers(identity(tenant, "analyst", f"attacker-{viewer}"))
        async with httpx.AsyncClient(base_url=server.url, timeout=300, limits=KEPT, headers=headers) as client:
            for first in range(0, each, AT_ONCE):
                await asyncio.gather(*(send(client, day % 28 + 1) for day in range(first, first + AT_ONCE)))

    await asyncio.gather(*(attack(viewer) for viewer in range(VIEWERS)))
    return dict(codes)
