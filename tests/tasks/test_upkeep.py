"""Upkeep: what a worker does between jobs, for all companies, of which none holds up another."""

import asyncio
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


async def test_a_company_that_others_write_for_holds_up_no_other(workshop: Workshop) -> None:
    database = workshop.database
    if "sqlite" in database.url:
        pytest.skip("SQLite has one writer for all companies")
    companies = sorted(uuid4().hex for _ in range(3))
    held, let_go = companies[1], asyncio.Event()

    async def others_write() -> None:
        async with database.write() as writer:
            await writer.lock(held)
            locked.set()
            await let_go.wait()

    locked = asyncio.Event()
    importing = asyncio.create_task(others_write())
    await locked.wait()
    for tenant in companies:
        await webhooks.store(database, tenant, READ, soon())
    await apply_webhooks(workshop)
    assert await waiting(database, companies) == [held]
    let_go.set()
    await importing
    await apply_webhooks(workshop)
    assert await waiting(database, companies) == []


async def test_importers_that_take_turns_leave_webhooks_a_turn(workshop: Workshop, tenant: str) -> None:
    database = workshop.database
    if "sqlite" in database.url:
        pytest.skip("SQLite has one writer for all companies")
    applied = asyncio.Event()

    async def import_on() -> None:
        while not applied.is_set():
            async with database.write() as writer:
                await writer.lock(tenant)
                await asyncio.sleep(0.1)

    importing = [asyncio.create_task(import_on()) for _ in range(3)]
    await webhooks.store(database, tenant, READ, soon())
    await asyncio.sleep(0.3)
    await apply_webhooks(workshop)
    applied.set()
    await asyncio.gather(*importing)
    assert await waiting(database, [tenant]) == []
