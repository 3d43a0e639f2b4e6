"""The keys under which the files of exports are stored, and deleting those files."""

from analytics.exports.records import Export, ExportFormat
from tasks.file_store import FileStore

SUFFIXES = {ExportFormat.XLSX: "xlsx", ExportFormat.CSV: "csv"}


def key_of(export: Export) -> str:
    """The key of an export's file. Each attempt has its own, so that none can overwrite another's file."""
    return _key(export, export.attempts)


def _key(export: Export, attempt: int) -> str:
    return f"{export.id}-{attempt}.{SUFFIXES[export.format]}"


async def delete_files(files: FileStore, export: Export) -> None:
    """Delete the files that all attempts stored for an export. Raises OSError."""
    for attempt in range(1, export.attempts + 1):
        await files.delete(_key(export, attempt))
