"""Downloads, in process: what a good link gives, and that a bad one gives nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analytics.database import Database
from analytics.exports import Export, ExportFormat, ExportStatus
from analytics.tables import exports
from analytics.viewers import Identity
from service.downloads import download
from service.intact_files import IntactFiles
from service.links import Links
from tasks.exports import Workshop, key_of, run_export
from tasks.files import FileStore, Stored
from tasks.queue import Jobs, expire
from tests import factories
from tests.factories import ask, identity, member, message_sent, supervisor
from tests.feeding import feed
from tests.tasks.exporting import DAY, queue, stored

LINKS = Links("a secret of the tests, long enough for HS256", timedelta(minutes=15))


@pytest.fixture
def workshop(database: Database, tmp_path: Path) -> Workshop:
    """A workshop with files of its own."""
    return Workshop(database, FileStore((tmp_path / "files").as_uri()), retention_days=30)


@pytest.fixture
async def client(workshop: Workshop) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app that has downloads only."""

    files = IntactFiles(workshop.files)

    async def file(request: Request) -> Response:
        return await download(request, workshop.database, files, LINKS)

    app: Any = Starlette(routes=[Route("/exports/{id}/file", file)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://embudo") as client:
        yield client


async def made(
    workshop: Workshop,
    who: Identity,
    name: str = "Envíos",
    status: ExportStatus = ExportStatus.COMPLETED,
    **options: Any,
) -> Export:
    """A finished export of two messages."""
    await feed(workshop.database, who.tenant_id, [message_sent("m1"), message_sent("m2")])
    asked = await queue(workshop.database, who, DAY, name=name, **options)
    await run_export(workshop, who.tenant_id, asked.id)
    done = await stored(workshop.database, asked)
    assert done.status is status
    return done


async def link(workshop: Workshop, who: Identity, export: Export, links: Links = LINKS) -> str:
    return links.path(await factories.viewer(workshop.database, who), export)


@pytest.mark.parametrize("format", ExportFormat)
async def test_a_good_link_gives_the_file(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str, tmp_path: Path, format: ExportFormat
) -> None:
    who = identity(tenant)
    export = await made(workshop, who, format=format)
    path = await link(workshop, who, export)
    answer = await client.get(path)
    content = (tmp_path / "files" / key_of(export)).read_bytes()
    assert (answer.status_code, answer.content) == (200, content)
    told = {
        "accept-ranges": "bytes",
        "cache-control": "private, no-store",
        "content-length": str(export.file_size),
        "content-disposition": (
            f"attachment; filename=\"Envios.{format.lower()}\"; filename*=UTF-8''Env%C3%ADos.{format.lower()}"
        ),
        "x-content-type-options": "nosniff",
    }
    assert {name: answer.headers[name] for name in told} == told
    assert answer.headers["content-type"].startswith(("application/vnd.openxmlformats", "text/csv; charset=utf-8"))
    head = await client.head(path)
    assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(answer.headers))


async def test_a_file_can_be_had_in_ranges(workshop: Workshop, client: httpx.AsyncClient, tenant: str) -> None:
    who = identity(tenant)
    path = await link(workshop, who, await made(workshop, who))
    whole = await client.get(path)
    size, etag = len(whole.content), whole.headers["etag"]
    for asked, (start, end) in {"0-99": (0, 100), "100-": (100, size), "-7": (size - 7, size)}.items():
        part = await client.get(path, headers={"Range": f"bytes={asked}", "If-Range": etag})
        assert (part.status_code, part.content) == (206, whole.content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["content-length"] == str(end - start)
        head = await client.head(path, headers={"Range": f"bytes={asked}"})
        assert (head.status_code, head.content, dict(head.headers)) == (206, b"", dict(part.headers))
    for ignored in ({"Range": "bytes=0-1,5-6"}, {"Range": "x"}, {"Range": "bytes=0-1", "If-Range": '"another"'}):
        answer = await client.get(path, headers=ignored)
        assert (answer.status_code, answer.content) == (200, whole.content)
    outside = await client.get(path, headers={"Range": f"bytes={size}-"})
    assert (outside.status_code, outside.content) == (416, b"")
    assert outside.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("Año «1»", "Ano _1_.xlsx", "Año «1».xlsx"),
        ("日本語 👍", "___ _.xlsx", "日本語 👍.xlsx"),
        ('a"; filename=evil.exe\r\nX-Evil: 1', "a _ filename_evil.exe X-Evil 1.xlsx",
         "a ; filename=evil.exe X-Evil 1.xlsx"),
        ("\u0301", "export.xlsx", "\u0301.xlsx"),
        ("100% 'sure'", "100_ _sure_.xlsx", "100% 'sure'.xlsx"),
    ],
)  # fmt: skip
async def test_a_file_has_its_name(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str, name: str, plain: str, full: str
) -> None:
    who = identity(tenant)
    answer = await client.get(await link(workshop, who, await made(workshop, who, name)))
    told = answer.headers["content-disposition"]
    assert "x-evil" not in answer.headers
    assert told.startswith('attachment; filename="')
    fallback, _, encoded = told.removeprefix('attachment; filename="').partition("\"; filename*=UTF-8''")
    assert fallback == plain
    assert '"' not in fallback
    assert encoded.isascii()
    assert not set(encoded) & set("'\"; ")
    assert unquote(encoded) == full


async def test_bad_links_tell_nothing(workshop: Workshop, client: httpx.AsyncClient, tenant: str) -> None:
    who = identity(tenant)
    export, other = await made(workshop, who), await made(workshop, who)
    good, of_other = await link(workshop, who, export), await link(workshop, who, other)
    base, _, signature = good.partition("?signature=")
    over = Links(LINKS.secret, timedelta(seconds=-1))
    foreign = identity(uuid4().hex)
    bad = [
        base,
        f"{base}?signature=",
        f"{base}?signature={signature[:-5]}",
        f"{base}?signature={of_other.partition('=')[2]}",
        f"/exports/no-such/file?signature={signature}",
        await link(workshop, who, export, over),
        await link(workshop, foreign, export),
        await link(workshop, identity(tenant, "analyst", "eye"), export),
        await link(workshop, supervisor(tenant), export),
    ]
    answers = [await client.get(path, headers={"Range": "bytes=0-9"}) for path in bad]
    assert {(a.status_code, a.text, a.headers["content-type"]) for a in answers} == {
        (403, answers[0].text, "text/plain; charset=utf-8")
    }
    assert (await client.head(bad[0])).status_code == 403
    assert (await client.post(good)).status_code == 405
    assert (await client.get(good)).status_code == 200


async def test_who_left_a_department_gets_the_file_no_more(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str
) -> None:
    who = supervisor(tenant)
    await feed(workshop.database, tenant, [member("s1", "d1"), member("s1", "d2")])
    path = await link(workshop, who, await made(workshop, who))
    assert (await client.get(path)).status_code == 200
    await feed(workshop.database, tenant, [member("s1", "d2", factories.MONDAY, added=False)])
    assert (await client.get(path)).status_code == 403
    await feed(workshop.database, tenant, [member("s1", "d2", factories.after(hours=1))])
    assert (await client.get(path)).status_code == 200


async def test_an_expired_export_has_neither_file_nor_link(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str, tmp_path: Path
) -> None:
    who = identity(tenant)
    short = Workshop(workshop.database, workshop.files, retention_days=0)
    export = await made(short, who, status=ExportStatus.EXPIRED)
    path = await link(workshop, who, export)
    document = "query Q($id: ID!) { export(id: $id) { status progress fileName fileSize downloadUrl expiresAt } }"
    # From the moment that it is over, whether or not a worker has been there to delete the file.
    for files in ([key_of(export)], []):
        assert [file.name for file in (tmp_path / "files").iterdir()] == files
        shown = (await ask(workshop.database, who, document, {"id": export.id}))["export"]
        assert shown.pop("expiresAt")
        assert shown == {"status": "EXPIRED", "progress": 1, "fileName": None, "fileSize": None, "downloadUrl": None}
        assert (await client.get(path)).status_code == 403
        await expire(workshop)


async def test_a_deleted_export_or_file(workshop: Workshop, client: httpx.AsyncClient, tenant: str) -> None:
    who = identity(tenant)
    export = await made(workshop, who)
    path = await link(workshop, who, export)
    await Jobs(workshop, lambda *_: None).forget(export)
    gone = await client.get(path)
    assert (gone.status_code, gone.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert "content-disposition" not in gone.headers


async def test_a_file_that_is_not_whole_is_not_given(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    who = identity(tenant)
    export = await made(workshop, who)
    path = await link(workshop, who, export)
    (stored_file,) = (tmp_path / "files").iterdir()
    stored_file.write_bytes(stored_file.read_bytes()[:-1])
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert export.id in capsys.readouterr().out


async def test_other_content_of_the_same_size_is_not_given(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    who = identity(tenant)
    export = await made(workshop, who)
    path = await link(workshop, who, export)
    (stored_file,) = (tmp_path / "files").iterdir()
    right = stored_file.read_bytes()
    assert (await client.get(path)).content == right
    for asked in ({}, {"Range": "bytes=0-9"}):
        stored_file.write_bytes(right[:-1] + bytes([right[-1] ^ 1]))
        assert (await client.get(path, headers=asked)).status_code == 404
        assert (await client.head(path, headers=asked)).status_code == 404
        assert export.id in capsys.readouterr().out
        stored_file.write_bytes(right)
        assert (await client.get(path, headers=asked)).is_success


async def test_a_file_of_an_earlier_release_has_no_checksum(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str
) -> None:
    who = identity(tenant)
    export = await made(workshop, who)
    async with workshop.database.write() as writer:
        await writer.execute(update(exports).where(exports.c.id == export.id).values(file_digest=None))
    assert (await client.get(await link(workshop, who, export))).status_code == 200


async def test_a_file_is_read_once_for_all_who_ask(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, digest = [], FileStore.digest

    async def counted(self: FileStore, key: str, size: int) -> str:
        read.append(key)
        if len(read) == 1:
            raise OSError("the store was away")
        return await digest(self, key, size)

    who = identity(tenant)
    export = await made(workshop, who)
    path = await link(workshop, who, export)
    monkeypatch.setattr(FileStore, "digest", counted)
    assert (await client.get(path)).status_code == 503
    answers = await asyncio.gather(*(client.get(path, headers={"Range": f"bytes={n}-"}) for n in range(8)))
    assert {answer.status_code for answer in answers} == {206}
    assert read == [key_of(export)] * 2


async def test_a_store_that_does_not_answer(
    workshop: Workshop, client: httpx.AsyncClient, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: FileStore, key: str) -> Stored:
        raise OSError("secret address")

    who = identity(tenant)
    path = await link(workshop, who, await made(workshop, who))
    monkeypatch.setattr(FileStore, "look", broken)
    answer = await client.get(path)
    assert answer.status_code == 503
    assert "secret" not in answer.text
