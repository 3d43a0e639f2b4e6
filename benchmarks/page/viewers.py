"""People who open the page, and the platform whose events come in between.

Counts that were read once are kept in memory until the data of their tenant changes
(`analytics/storage/memory_cache.py`). Where a reader's first request is measured, they must not come from there: so an
event is applied before each of them, outside of what is timed. Its content is known already. Nothing is counted
differently, but the data has a new version, and SQLite drops the pages that it has in memory, as after any other event.
"""

import json
import time
from collections.abc import Iterable

import msgspec

from analytics.domain.access import Identity
from analytics.domain.time_zones import HOUR, zone
from analytics.ingest.batch import apply_events
from analytics.ingest.formats.event_parser import parse_event
from analytics.storage.database import Database
from benchmarks.page.documents import FIRST_REQUEST, page_document
from benchmarks.page.variables import Filters
from benchmarks.support.serving import Client
from benchmarks.workload.events import START, directory
from benchmarks.workload.messages import DEPARTMENTS, LAST_DAY, TENANT

# The present of the services that are measured: an afternoon with a part of the day's messages still to come.
NOW = zone("UTC").day_start(LAST_DAY) + 15 * HOUR
PLATFORM = Identity("platform", TENANT, "ingest")
SUPERVISORS = [Identity(f"supervisor{n}", TENANT, "supervisor") for n in range(4)]
CHANGE = next(msgspec.json.encode(event) for event in directory() if event["type"] == "department.upserted")
# As `frontend/src/api/client.ts` and a browser send them.
HEADERS = {
    "Accept": "application/graphql-response+json, application/json",
    "Accept-Encoding": "gzip",
    "Content-Type": "application/json",
}


def body(filters: Filters) -> bytes:
    """Return the body of the page's first request."""
    document = page_document(FIRST_REQUEST)
    return json.dumps(
        {"query": document, "operationName": FIRST_REQUEST, "variables": filters.variables()}, separators=(",", ":")
    ).encode()


class Viewer:
    """Somebody who opens the page."""

    def __init__(self, client: Client, platform: Client, *, new_connections: bool = False) -> None:
        """With `new_connections`, each view has a connection of its own, as many people's views have."""
        self._client, self._platform = client, platform
        self._headers = HEADERS | ({"Connection": "close"} if new_connections else {})

    def first_ms(self, filters: Filters) -> float:
        """Return the milliseconds of the first request after a change."""
        self._platform.feed(CHANGE)
        return self.again_ms(filters)

    def again_ms(self, filters: Filters) -> float:
        """Return the milliseconds of a request, whatever was asked for before. Raises RuntimeError for an error."""
        sent = body(filters)
        started = time.perf_counter()
        answer = self._client.post("/graphql", sent, self._headers)
        spent = (time.perf_counter() - started) * 1000
        if b'"errors"' in answer.content:
            raise RuntimeError(answer.text)
        return spent

    def answer(self, filters: Filters) -> dict[str, object]:
        """Return what the page is answered."""
        data: dict[str, object] = self._client.post("/graphql", body(filters), self._headers).json()["data"]
        return data


async def add_supervisors(database_url: str) -> None:
    """Give each supervisor departments that no other one has."""
    events = [
        {"type": "member.added", "at": START, "user_id": one.id, "department_id": f"d{department}"}
        for n, one in enumerate(SUPERVISORS)
        for department in _departments(n)
    ]
    async with Database(database_url) as database:
        await apply_events(database, TENANT, [parse_event(msgspec.json.encode(event)) for event in events], 0)


def _departments(supervisor: int) -> Iterable[int]:
    return range(supervisor, DEPARTMENTS, len(SUPERVISORS))
