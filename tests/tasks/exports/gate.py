"""A gate at which an export waits, for the tests of the job."""

import asyncio
import threading
from pathlib import Path

from analytics.exports.records import Export
from analytics.reports.runner import MessageBatch
from tasks.exports.job import run_export
from tasks.exports.writers.xlsx_writer import XlsxWriter
from tasks.resources import JobResources
from tests.support.exports.helpers import PATIENCE, POLICY


def names(folder: Path) -> list[str]:
    """List the names of the stored files."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


class Gate:
    """Holds every writer before each batch until it is opened."""

    def __init__(self) -> None:
        self.arrived, self.open = threading.Event(), threading.Event()

    def writer(self) -> type[XlsxWriter]:
        gate = self

        class Gated(XlsxWriter):
            def append(self, sends: MessageBatch) -> None:
                gate.arrived.set()
                assert gate.open.wait(PATIENCE)
                super().append(sends)

        return Gated


async def start(resources: JobResources, export: Export, gate: Gate) -> "asyncio.Task[None]":
    """The export, running, in front of the gate."""
    running = asyncio.create_task(run_export(resources, POLICY, export.tenant_id, export.id))
    assert await asyncio.to_thread(gate.arrived.wait, PATIENCE)
    return running
