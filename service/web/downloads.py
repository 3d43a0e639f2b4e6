"""`GET /exports/{id}/file?signature=…`: the file of an export, for a signed link that is still valid."""

import re
import unicodedata
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from analytics.domain.access import Identity
from analytics.domain.errors import ForbiddenError
from analytics.domain.time_zones import now_micros
from analytics.exports import requests
from analytics.exports.records import Export, ExportFormat, ExportStatus
from analytics.reports.access import load_viewer
from analytics.storage.backends.transient_errors import is_transient
from analytics.storage.database import Database
from service.auth.download_links import DownloadLinkSigner
from service.web.intact_files import IntactFiles
from tasks.exports.files import key_of
from tasks.file_store import FileStore

log = structlog.get_logger()

MEDIA_TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}
GONE = "The file is gone. Ask for a new export."
# One range of bytes: its first and its last one, of which one may be left out. All others, and several at once, are
# ignored, as they may be (RFC 9110, section 14.2).
ONE_RANGE = re.compile(r"bytes=(?=.*[0-9])([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
REFUSED = "This link is not valid any more. Ask for a new one on the exports page."


def routes(database: Database, files: FileStore, links: DownloadLinkSigner, *, mask_phones: bool) -> list[Route]:
    """The route of the files. With `mask_phones` supervisors get none with whole phones."""

    intact = IntactFiles(files)

    async def file(request: Request) -> Response:
        return await download(request, database, intact, links, mask_phones=mask_phones)

    return [Route("/exports/{id}/file", file)]


async def download(
    request: Request, database: Database, files: IntactFiles, links: DownloadLinkSigner, *, mask_phones: bool
) -> Response:
    """Send the file, or one range of it; 403 for any invalid link, whatever the reason, and 404 when it is gone."""
    id = request.path_params["id"]
    identity = links.verify(id, request.query_params.get("signature", ""))
    if identity is None:
        return _refused(403, REFUSED)
    try:
        async with database.guard(identity.tenant_id):
            export = await _allowed(database, identity, id, mask_phones)
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("a download could not be looked up", export=id, error=str(error))
        return _refused(503, "The file cannot be looked up at the moment. Try again later.")
    if export is None:
        return _refused(403, REFUSED)
    return await _check_file(files, export) or _answer(request, files.files, export)


async def _check_file(files: IntactFiles, export: Export) -> Response | None:
    """Return the error response for a file that is gone, unreadable or damaged; None for one that may be sent."""
    try:
        intact = await files.is_intact(key_of(export), export.file_size, export.file_digest)
    except FileNotFoundError:
        return _refused(404, GONE)
    except OSError:
        log.warning("an export's file could not be read", export=export.id, exc_info=True)
        return _refused(503, "The file cannot be read at the moment. Try again later.")
    if not intact:
        log.error("an export's file is not what was stored", export=export.id, size=export.file_size)
        return _refused(404, GONE)
    return None


def _refused(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status_code=status, headers={"Cache-Control": "no-store"})


def _answer(request: Request, files: FileStore, export: Export) -> Response:
    path = files.local_path(key_of(export))
    if path is None:
        return _stream(request, files, export)
    if not ONE_RANGE.fullmatch(request.headers.get("range", "")):
        # Starlette would answer 400 to other units, and 206 in parts to several ranges.
        request.scope["headers"] = [header for header in request.scope["headers"] if header[0] != b"range"]
    return FileResponse(path, headers=_headers(export), media_type=MEDIA_TYPES[export.format])


def _stream(request: Request, files: FileStore, export: Export) -> Response:
    """Send a file of a bucket, or its end, to resume an interrupted download; other ranges are ignored."""
    headers, size = _headers(export), export.file_size or 0
    resumed = ONE_RANGE.fullmatch(request.headers.get("range", ""))
    # The end of what the client began to read; that of any other file would make a broken one.
    same = request.headers.get("if-range", headers["ETag"]) == headers["ETag"]
    start = int(resumed[1]) if resumed and resumed[1] and not resumed[2] and same else 0
    if start >= size:
        start = 0
    if start:
        headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
    status, media_type = 206 if start else 200, MEDIA_TYPES[export.format]
    headers["Content-Length"] = str(size - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    body = files.read(key_of(export), start, size)
    return StreamingResponse(body, status_code=status, headers=headers, media_type=media_type)


async def _allowed(database: Database, identity: Identity, id: str, mask_phones: bool) -> Export | None:
    """Load the export, if it is complete and this person may now see its departments."""
    async with database.read() as reader:
        try:
            viewer = await load_viewer(reader, identity, mask_phones)
        except ForbiddenError:
            return None
        export = await requests.find(reader, viewer, id, now_micros())
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
    """Return a file's name for clients that do not read `filename*`: letters without accents, `_` for the rest."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    stem, dot, suffix = letters.rpartition(".")
    return re.sub(r"[^A-Za-z0-9._ ()-]", "_", f"{stem or 'export'}{dot}{suffix}")
