"""The appliers: which of them a tenant may have."""

import asyncio

import pytest

from service.ingest import process_pool
from service.ingest.process import IngestBatch, IngestResult
from service.ingest.process_pool import IngestProcessPool


@pytest.mark.parametrize(("count", "share"), [(1, 1), (2, 1), (3, 1), (4, 2), (9, 4)])
async def test_a_tenant_has_half_of_them_at_most(count: int, share: int, monkeypatch: pytest.MonkeyPatch) -> None:
    busy: list[str] = []
    go_on = asyncio.Event()

    async def apply(_self: object, work: IngestBatch) -> IngestResult:
        busy.append(work.tenant)
        await go_on.wait()
        return IngestResult({"accepted": 1})

    monkeypatch.setattr(process_pool._IngestProcess, "apply", apply)
    all_of_them = IngestProcessPool(count)
    names = ["a"] * 20 + ["b"]
    done = [asyncio.create_task(all_of_them.submit(IngestBatch(name, 1, 0, b""))) for name in names]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert busy == ["a"] * share + ["b"] * (count > 1)
    go_on.set()
    assert await asyncio.gather(*done) == [IngestResult({"accepted": 1})] * len(names)
    assert sorted(busy) == names
