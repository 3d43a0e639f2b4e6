"""`GET /exports/{id}/file?signature=…`: the file of an export, to whoever holds a link that is still good."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from analytics import exports
from analytics.database import Database
from analytics.errors import Forbidden
from analytics.exports import Export, ExportFormat, ExportStatus
from analytics.viewers import Identity, view
from service.links import Links
from tasks.exports import key_of
from tasks.files import FileStore

MEDIA_TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}
REFUSED = "This link is not valid any more. Ask for a new one on the exports page."


async def download(request: Request, database: Database, files: FileStore, links: Links) -> Response:
    """The file; 403 for any link that is not good, whatever the reason, and 404 when the file is gone."""
    id = request.path_params["id"]
    identity = links.read(id, request.query_params.get("signature", ""))
    if identity is None:
        return PlainTextResponse(REFUSED, status_code=403)
    export = await _allowed(database, identity, id)
    if export is None:
        return PlainTextResponse(REFUSED, status_code=403)
    body = files.read(key_of(export))
    try:
        first = await anext(body)
    except (FileNotFoundError, StopAsyncIteration):
        return PlainTextResponse("The file is gone. Ask for a new export.", status_code=404)

    return StreamingResponse(_after(first, body), media_type=MEDIA_TYPES[export.format], headers=_headers(export))


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


async def _allowed(database: Database, identity: Identity, id: str) -> Export | None:
    """The export, if it is complete and its departments may be seen by this person at this moment."""
    async with database.read() as reader:
        try:
            viewer = await view(reader, identity)
        except Forbidden:
            return None
        export = await exports.find(reader, viewer, id)
    if export is None or export.status is not ExportStatus.COMPLETED or not export.allows(viewer.scope):
        return None
    return export


def _headers(export: Export) -> dict[str, str]:
    name = export.file_name or f"export.{export.format.lower()}"
    plain = name.encode("ascii", "replace").decode().replace('"', "_").replace("?", "_")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Content-Length": str(export.file_size),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
