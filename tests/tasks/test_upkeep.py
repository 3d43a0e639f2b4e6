"""Upkeep: what a worker does between jobs, for all companies, of which none holds up another."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from analytics.database import Database, Writer
from analytics.ingest import webhooks
from analytics.ingest.batch import apply_in
from tasks.exports import Workshop
from tasks.files import FileStore
from tasks.upkeep import apply_webhooks
from tests import webhooks as whatsapp
from tests.tasks.exporting import soon

READ = whatsapp.body(statuses=[whatsapp.status("wamid.m1", "read")])


@pytest.fixture
def workshop(database: Database, tmp_path: Path) -> Workshop:
    """A workshop with files of its own."""
    return Workshop(database, FileStore((tmp_path / "files").as_uri()), retention_days=30)


async def waiting(database: Database, companies: list[str]) -> list[str]:
    """Those of the companies whose webhooks wait."""
    async with database.read() as reader:
        found = await webhooks.waiting(reader)
    return [tenant for tenant in companies if tenant in found]


async def test_a_company_that_fails_holds_up_no_other(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    companies = sorted(uuid4().hex for _ in range(3))
    ill = companies[1]

    async def failing(writer: Writer, tenant: str, *rest: Any) -> Any:
        if tenant == ill:
            raise OperationalError("", {}, Exception("its node is away"))
        return await apply_in(writer, tenant, *rest)

    monkeypatch.setattr(webhooks, "apply_in", failing)
    for tenant in companies:
        await webhooks.store(workshop.database, tenant, READ, soon())
    await apply_webhooks(workshop)
    assert await waiting(workshop.database, companies) == [ill]
    monkeypatch.undo()
    await apply_webhooks(workshop)
    assert await waiting(workshop.database, companies) == []
