"""Asking for exports, changing and listing them by GraphQL; ending them as a worker does."""

import time
from typing import Any

from analytics.domain.access import Identity
from analytics.exports import jobs as export_jobs
from analytics.exports.records import ExportStatus, FailureCode
from analytics.storage.database import Database
from tests.support.factories import ask
from tests.support.fakes import FakeExportQueue

DAYS = {"sentOn": {"from": "2026-11-02", "to": "2026-11-08"}}
CREATE = """mutation M($input: CreateExportInput!) { createExport(input: $input) {
  export { id name format columns status rowsWritten rowsTotal progress downloadUrl fileName createdAt
    filter { period { from to timeZone } templateIds agentIds } requestedBy { id name email } failure { code } }
  userErrors { field code message } } }"""
CHANGE = (
    "mutation M($id: ID!) { change: %s(input: {id: $id}) { export { id status } userErrors { field code message } } }"
)
LIST = """query Q($status: [ExportStatus!], $first: Int!, $after: String) {
  exports(status: $status, first: $first, after: $after) {
    totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""


async def create(database: Database, who: Identity, jobs: FakeExportQueue | None = None, **changes: Any) -> Any:
    asked = {"name": "Envíos", "filter": DAYS, **changes}
    options: dict[str, Any] = {"jobs": jobs} if jobs else {}
    return (await ask(database, who, CREATE, {"input": asked}, **options))["createExport"]


async def created(database: Database, who: Identity, **changes: Any) -> str:
    payload = await create(database, who, **changes)
    assert payload["userErrors"] == []
    return str(payload["export"]["id"])


async def change(database: Database, who: Identity, mutation: str, id: str, jobs: FakeExportQueue | None = None) -> Any:
    options: dict[str, Any] = {"jobs": jobs} if jobs else {}
    return (await ask(database, who, CHANGE % mutation, {"id": id}, **options))["change"]


async def run(database: Database, tenant: str, id: str, status: ExportStatus) -> None:
    """Claim an export as a worker, and end it with a status."""
    now = time.time_ns() // 1000
    async with database.write() as writer:
        export = await export_jobs.claim(writer, tenant, id, now)
        assert export is not None
        if status is ExportStatus.COMPLETED:
            until = now + 10**9
            await export_jobs.complete(
                writer, export, now, rows=2, file_name="x.xlsx", file_size=9, file_digest="d", expires_at=until
            )
        elif status is not ExportStatus.RUNNING:
            await export_jobs.finish(writer, export, now, status, FailureCode.STORAGE)
