"""`GET /exports/{id}/file?signature=…`: the file of an export, to whoever holds a link that is still good."""

import re
import unicodedata
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from analytics import exports
from analytics.database import Database
from analytics.errors import Forbidden
from analytics.exports import Export, ExportFormat, ExportStatus
from analytics.viewers import Identity, view
from service.intact_files import IntactFiles
from service.links import Links
from service.ranges import Unsatisfiable, requested
from tasks.exports import key_of, now
from tasks.files import FileStore

log = structlog.get_logger()

MEDIA_TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}
GONE = "The file is gone. Ask for a new export."
REFUSED = "This link is not valid any more. Ask for a new one on the exports page."


async def download(request: Request, database: Database, files: IntactFiles, links: Links) -> Response:
    """The file, or one range of it; 403 for any link that is not good, whatever the reason, and 404 when it is gone."""
    id = request.path_params["id"]
    identity = links.read(id, request.query_params.get("signature", ""))
    if identity is None:
        return _refused(403, REFUSED)
    export = await _allowed(database, identity, id)
    if export is None:
        return _refused(403, REFUSED)
    try:
        intact = await files.is_intact(key_of(export), export.file_size, export.file_digest)
    except FileNotFoundError:
        return _refused(404, GONE)
    except OSError:
        log.warning("an export's file could not be read", export=id, exc_info=True)
        return _refused(503, "The file cannot be read at the moment. Try again later.")
    if not intact:
        log.error("an export's file is not what was stored", export=id, size=export.file_size)
        return _refused(404, GONE)
    return _answer(request, files.files, export)


def _refused(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status_code=status, headers={"Cache-Control": "no-store"})


def _answer(request: Request, files: FileStore, export: Export) -> Response:
    headers, size = _headers(export), export.file_size or 0
    # A range of what the client began to read; of any other file it would make a broken one.
    same = request.headers.get("if-range", headers["ETag"]) == headers["ETag"]
    try:
        part = requested(request.headers.get("range") if same else None, size)
    except Unsatisfiable:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, end = part or (0, size)
    headers["Content-Length"] = str(end - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status, media_type = 206 if part else 200, MEDIA_TYPES[export.format]
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    body = files.read(key_of(export), start, end)
    return StreamingResponse(body, status_code=status, headers=headers, media_type=media_type)


async def _allowed(database: Database, identity: Identity, id: str) -> Export | None:
    """The export, if it is complete and its departments may be seen by this person at this moment."""
    async with database.read() as reader:
        try:
            viewer = await view(reader, identity)
        except Forbidden:
            return None
        export = await exports.find(reader, viewer, id, now())
    if export is None or export.status is not ExportStatus.COMPLETED or not export.allows(viewer.scope):
        return None
    return export


def _headers(export: Export) -> dict[str, str]:
    name = export.file_name or f"export.{export.format.lower()}"
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": f"attachment; filename=\"{plain(name)}\"; filename*=UTF-8''{quote(name, safe='')}",
        "ETag": f'"{export.id}"',  # a completed export's file never changes
        "X-Content-Type-Options": "nosniff",
    }


def plain(name: str) -> str:
    """A file's name for clients that do not read `filename*`: letters without their accents, `_` for the rest."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    stem, dot, suffix = letters.rpartition(".")
    return re.sub(r"[^A-Za-z0-9._ ()-]", "_", f"{stem or 'export'}{dot}{suffix}")
