"""A copy of a SQLite database in use, as of one moment."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url

from analytics.storage.disk import sync_to_disk

WAIT = 30  # seconds, for a lock


class BackupError(Exception):
    """No backup was made; the message says why, to an operator."""


def backup_sqlite(database_url: str, to: Path) -> int:
    """Write a copy of a SQLite database to a new file that only its owner may read; return its size in bytes.

    Others may read and write meanwhile. It uses VACUUM, not a copy of the pages, so that deleted data is not in the
    copy. Raises `BackupError`, also if the file exists already; never leaves a partial file.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        raise BackupError("EMBUDO_DATABASE_URL: this is PostgreSQL; use pg_dump (docs/deployment.md has the commands).")
    if not Path(url.database).exists():
        raise BackupError(f"EMBUDO_DATABASE_URL: there is no file {url.database}")
    if to.exists():
        raise BackupError(f"{to} exists; a backup never replaces one.")
    try:
        # In the same folder, so that it gets its final name in one step; mkstemp makes it readable by its owner only.
        descriptor, name = tempfile.mkstemp(prefix=f".{to.name}.", dir=to.parent)
    except OSError as error:
        raise BackupError(f"{to} cannot be written: {error.strerror}") from None
    temporary = Path(name)
    try:
        with closing(sqlite3.connect(f"file:{quote(url.database)}?mode=ro", uri=True, timeout=WAIT)) as source:
            source.execute("VACUUM INTO ?", (name,))
        os.fsync(descriptor)
        os.link(temporary, to)  # unlike a rename, it does not replace what somebody else put there meanwhile
        sync_to_disk(to.parent)
        return to.stat().st_size
    except FileExistsError:
        raise BackupError(f"{to} exists; a backup never replaces one.") from None
    except (sqlite3.Error, OSError) as error:
        raise BackupError(f"{to} cannot be written: {error}") from None
    finally:
        os.close(descriptor)
        temporary.unlink(missing_ok=True)
