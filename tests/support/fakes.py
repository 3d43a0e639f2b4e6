"""Stand-ins for what `resolvers` need of the outside, written by hand."""

from analytics.exports.records import Export


class FakeExportQueue:
    """`resolvers.exports.ExportQueue` that only remembers what it was told."""

    def __init__(self) -> None:
        self.enqueued: list[tuple[str, str]] = []
        self.deleted: list[str] = []

    async def enqueue(self, tenant: str, id: str) -> None:
        """An export is to be taken up."""
        self.enqueued.append((tenant, id))

    async def delete_files(self, export: Export) -> None:
        """An export's file is to be deleted."""
        self.deleted.append(export.id)
