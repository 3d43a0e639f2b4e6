"""Stand-ins for what `resolvers` need of the outside, written by hand."""

from analytics.exports.requests import Export


class FakeJobs:
    """`resolvers.exports.Jobs` that only remembers what it was told."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str]] = []
        self.forgotten: list[str] = []

    async def start(self, tenant: str, id: str) -> None:
        """An export is to be taken up."""
        self.started.append((tenant, id))

    async def forget(self, export: Export) -> None:
        """An export's file is to be deleted."""
        self.forgotten.append(export.id)
