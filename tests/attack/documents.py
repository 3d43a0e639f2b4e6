"""Distinct documents without end: what a process keeps of them."""

import asyncio

import httpx

from tests.attack.memory import resident
from tests.support.factories import identity
from tests.support.servers.server import KEPT, Server

VIEWERS = 20
# In each, 5 kB. Half a gigabyte in all if they were kept; with more ids their checks would take longer, and no more
# would be kept.
IDS = 200
DOCUMENT = "{ campaignAnalytics(filter: {sentOn: %s, agentIds: [%s]}) { funnel { messages sent { count } } } }"
DAYS = '{from: "2026-11-02", to: "2026-11-08"}'


async def run(server: Server, *, documents: int = 6_000, tenant: str = "acme") -> dict[str, float]:
    """Send so many, one after the other, by signed-in viewers in turn: one of them may not ask for so much in a minute.

    Gives the process's memory before, half-way and after, in MB.
    """
    memory = {"before": resident(server.pid)}
    viewers = [server.headers(identity(tenant, "analyst", f"documents-{viewer}")) for viewer in range(VIEWERS)]
    async with httpx.AsyncClient(base_url=server.url, timeout=60, limits=KEPT) as client:
        for n in range(documents):
            ids = " ".join(f'"agent-{n:06}-{id:04}"' for id in range(IDS))
            await _ask(client, viewers[n % VIEWERS], DOCUMENT % (DAYS, ids))
            if n == documents // 2:
                memory["half"] = resident(server.pid)
    return memory | {"after": resident(server.pid)}


async def _ask(client: httpx.AsyncClient, headers: dict[str, str], document: str) -> None:
    """Send a document, again when the limits say so: as many as possible are wanted, and each is to be run."""
    while True:
        answer = await client.post("/graphql", json={"query": document}, headers=headers)
        if "errors" not in answer.json():
            return
        assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED", answer.text
        await asyncio.sleep(float(answer.headers["Retry-After"]))
