"""Downloads, in process: what a good link gives, and that a bad one gives nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx
import pytest
import structlog
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import LogCapture
from structlog.typing import EventDict

from analytics.domain.access import Identity
from analytics.exports.records import Export, ExportFormat, ExportStatus
from analytics.storage.database import Database
from analytics.storage.tables import exports
from service.auth.download_links import DownloadLinkSigner
from service.web import downloads
from service.web.downloads import download
from service.web.intact_files import IntactFiles
from tasks.exports.cleanup import delete_expired_files
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.file_store import FileStore, Stored
from tasks.queue.dispatch import DramatiqExportQueue
from tasks.resources import JobResources, RetentionPolicy
from tests.support import factories
from tests.support.exports import s3
from tests.support.exports.helpers import DAY, POLICY, queue, stored
from tests.support.factories import ask, identity, member, message_sent, supervisor
from tests.support.ingest_helpers import feed

# Ranges that are none of bytes, several at once, and one of another file.
IGNORED = [
    *({"Range": range} for range in ("bytes=0-1,5-6", "x", "lines=0-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=--1")),
    {"Range": "bytes=" + "9" * 5_000 + "-"},
    {"Range": "bytes=1-", "If-Range": '"another"'},
]
LINKS = DownloadLinkSigner("a secret of the tests, long enough for HS256", timedelta(minutes=15))


@pytest.fixture
def resources(database: Database, tmp_path: Path) -> JobResources:
    """Resources with files of their own."""
    return JobResources(database, FileStore((tmp_path / "files").as_uri()))


@asynccontextmanager
async def client_of(resources: JobResources, *, mask_phones: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app that has downloads only."""
    files = IntactFiles(resources.files)

    async def file(request: Request) -> Response:
        return await download(request, resources.database, files, LINKS, mask_phones=mask_phones)

    app: Any = Starlette(routes=[Route("/exports/{id}/file", file)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://embudo") as client:
        yield client


@pytest.fixture
async def client(resources: JobResources) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app whose files are in a folder."""
    async with client_of(resources) as client:
        yield client


async def made(
    resources: JobResources,
    who: Identity,
    name: str = "Envíos",
    status: ExportStatus = ExportStatus.COMPLETED,
    policy: RetentionPolicy = POLICY,
    **options: Any,
) -> Export:
    """A finished export of two messages."""
    await feed(resources.database, who.tenant_id, [message_sent("m1"), message_sent("m2")])
    asked = await queue(resources.database, who, DAY, name=name, **options)
    await run_export(resources, policy, who.tenant_id, asked.id)
    done = await stored(resources.database, asked)
    assert done.status is status
    return done


async def link(resources: JobResources, who: Identity, export: Export, links: DownloadLinkSigner = LINKS) -> str:
    return links.sign(await factories.viewer(resources.database, who), export)


@pytest.mark.parametrize("format", ExportFormat)
async def test_a_good_link_gives_the_file(
    resources: JobResources, client: httpx.AsyncClient, tenant: str, tmp_path: Path, format: ExportFormat
) -> None:
    who = identity(tenant)
    export = await made(resources, who, format=format)
    path = await link(resources, who, export)
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


async def test_a_file_can_be_had_in_ranges(resources: JobResources, client: httpx.AsyncClient, tenant: str) -> None:
    who = identity(tenant)
    path = await link(resources, who, await made(resources, who))
    whole = await client.get(path)
    size, etag = len(whole.content), whole.headers["etag"]
    for asked, (start, end) in {"0-99": (0, 100), "100-": (100, size), "-7": (size - 7, size)}.items():
        part = await client.get(path, headers={"Range": f"bytes={asked}", "If-Range": etag})
        assert (part.status_code, part.content) == (206, whole.content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["content-length"] == str(end - start)
        head = await client.head(path, headers={"Range": f"bytes={asked}"})
        assert (head.status_code, head.content, dict(head.headers)) == (206, b"", dict(part.headers))
    for ignored in IGNORED:
        answer = await client.get(path, headers=ignored)
        assert (answer.status_code, answer.content, "content-range" in answer.headers) == (200, whole.content, False)
    beyond = await client.get(path, headers={"Range": f"bytes=7-{size + 9}"})
    assert (beyond.status_code, beyond.content) == (206, whole.content[7:])
    for range in (f"bytes={size}-", "bytes=-0"):
        outside = await client.get(path, headers={"Range": range})
        assert (outside.status_code, outside.content) == (416, b"")
        assert outside.headers["content-range"] == f"bytes */{size}"
    assert (await client.get(path, headers={"Range": "bytes=5-4"})).status_code == 400


async def test_a_file_of_a_bucket_can_be_had_and_a_download_of_it_resumed(
    database: Database, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    who = identity(tenant)
    with s3.serving() as address:
        resources = JobResources(database, FileStore(f"s3://files?endpoint={address}"))
        export = await made(resources, who)
        path = await link(resources, who, export)
        async with client_of(resources) as client:
            whole = await client.get(path)
            size = len(whole.content)
            assert (whole.status_code, size, whole.headers["content-length"]) == (200, export.file_size, str(size))
            assert whole.headers["accept-ranges"] == "bytes"
            assert whole.headers["content-disposition"].startswith('attachment; filename="Envios.xlsx"; filename*=')
            assert (await client.head(path)).headers == whole.headers

            rest = {"Range": "bytes=100-", "If-Range": whole.headers["etag"]}
            part = await client.get(path, headers=rest)
            assert (part.status_code, part.content) == (206, whole.content[100:])
            assert part.headers["content-range"] == f"bytes 100-{size - 1}/{size}"
            assert part.headers["content-length"] == str(size - 100)
            assert (await client.head(path, headers=rest)).headers == part.headers
            for ignored in [*IGNORED, {"Range": "bytes=0-99"}, {"Range": "bytes=-7"}, {"Range": f"bytes={size}-"}]:
                answer = await client.get(path, headers=ignored)
                assert (answer.status_code, answer.content) == (200, whole.content)
                assert answer.headers == whole.headers

            (tmp_path / "shorter").write_bytes(whole.content[1:])
            await resources.files.put(key_of(export), tmp_path / "shorter")
            assert (await client.get(path)).status_code == 404
            await resources.files.delete(key_of(export))
            assert (await client.get(path)).status_code == 404


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
    resources: JobResources, client: httpx.AsyncClient, tenant: str, name: str, plain: str, full: str
) -> None:
    who = identity(tenant)
    answer = await client.get(await link(resources, who, await made(resources, who, name)))
    told = answer.headers["content-disposition"]
    assert "x-evil" not in answer.headers
    assert told.startswith('attachment; filename="')
    fallback, _, encoded = told.removeprefix('attachment; filename="').partition("\"; filename*=UTF-8''")
    assert fallback == plain
    assert '"' not in fallback
    assert encoded.isascii()
    assert not set(encoded) & set("'\"; ")
    assert unquote(encoded) == full


async def test_bad_links_tell_nothing(resources: JobResources, client: httpx.AsyncClient, tenant: str) -> None:
    who = identity(tenant)
    export, other = await made(resources, who), await made(resources, who)
    good, of_other = await link(resources, who, export), await link(resources, who, other)
    base, _, signature = good.partition("?signature=")
    over = DownloadLinkSigner(LINKS.secret, timedelta(seconds=-1))
    foreign = identity(uuid4().hex)
    bad = [
        base,
        f"{base}?signature=",
        f"{base}?signature={signature[:-5]}",
        f"{base}?signature={of_other.partition('=')[2]}",
        f"/exports/no-such/file?signature={signature}",
        await link(resources, who, export, over),
        await link(resources, foreign, export),
        await link(resources, identity(tenant, "analyst", "eye"), export),
        await link(resources, supervisor(tenant), export),
    ]
    answers = [await client.get(path, headers={"Range": "bytes=0-9"}) for path in bad]
    assert {(a.status_code, a.text, a.headers["content-type"]) for a in answers} == {
        (403, answers[0].text, "text/plain; charset=utf-8")
    }
    assert (await client.head(bad[0])).status_code == 403
    assert (await client.post(good)).status_code == 405
    assert (await client.get(good)).status_code == 200


async def test_who_left_a_department_gets_the_file_no_more(
    resources: JobResources, client: httpx.AsyncClient, tenant: str
) -> None:
    who = supervisor(tenant)
    await feed(resources.database, tenant, [member("s1", "d1"), member("s1", "d2")])
    path = await link(resources, who, await made(resources, who))
    assert (await client.get(path)).status_code == 200
    await feed(resources.database, tenant, [member("s1", "d2", factories.MONDAY, added=False)])
    assert (await client.get(path)).status_code == 403
    await feed(resources.database, tenant, [member("s1", "d2", factories.after(hours=1))])
    assert (await client.get(path)).status_code == 200


async def test_an_expired_export_has_neither_file_nor_link(
    resources: JobResources, client: httpx.AsyncClient, tenant: str, tmp_path: Path
) -> None:
    who = identity(tenant)
    export = await made(resources, who, status=ExportStatus.EXPIRED, policy=replace(POLICY, export_days=0))
    path = await link(resources, who, export)
    document = "query Q($id: ID!) { export(id: $id) { status progress fileName fileSize downloadUrl expiresAt } }"
    # From the moment that it is over, whether or not a worker has been there to delete the file.
    for files in ([key_of(export)], []):
        assert [file.name for file in (tmp_path / "files").iterdir()] == files
        shown = (await ask(resources.database, who, document, {"id": export.id}))["export"]
        assert shown.pop("expiresAt")
        assert shown == {"status": "EXPIRED", "progress": 1, "fileName": None, "fileSize": None, "downloadUrl": None}
        assert (await client.get(path)).status_code == 403
        await delete_expired_files(resources)


async def test_a_deleted_export_or_file(resources: JobResources, client: httpx.AsyncClient, tenant: str) -> None:
    who = identity(tenant)
    export = await made(resources, who)
    path = await link(resources, who, export)
    await DramatiqExportQueue(resources.files, lambda *_: None).delete_files(export)
    gone = await client.get(path)
    assert (gone.status_code, gone.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert "content-disposition" not in gone.headers


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[EventDict]:
    """The entries of the log of downloads, however other tests of this process have set up logging."""
    capture = LogCapture()
    monkeypatch.setattr(downloads, "log", structlog.wrap_logger(None, processors=[capture]))
    return capture.entries


async def test_a_file_that_is_not_whole_is_not_given(
    resources: JobResources, client: httpx.AsyncClient, tenant: str, tmp_path: Path, logged: list[EventDict]
) -> None:
    who = identity(tenant)
    export = await made(resources, who)
    path = await link(resources, who, export)
    (stored_file,) = (tmp_path / "files").iterdir()
    stored_file.write_bytes(stored_file.read_bytes()[:-1])
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert [entry["export"] for entry in logged] == [export.id]


async def test_other_content_of_the_same_size_is_not_given(
    resources: JobResources, client: httpx.AsyncClient, tenant: str, tmp_path: Path, logged: list[EventDict]
) -> None:
    who = identity(tenant)
    export = await made(resources, who)
    path = await link(resources, who, export)
    (stored_file,) = (tmp_path / "files").iterdir()
    right = stored_file.read_bytes()
    assert (await client.get(path)).content == right
    for asked in ({}, {"Range": "bytes=0-9"}):
        stored_file.write_bytes(right[:-1] + bytes([right[-1] ^ 1]))
        assert (await client.get(path, headers=asked)).status_code == 404
        assert (await client.head(path, headers=asked)).status_code == 404
        assert {entry["export"] for entry in logged} == {export.id}
        logged.clear()
        stored_file.write_bytes(right)
        assert (await client.get(path, headers=asked)).is_success


async def test_a_file_of_an_earlier_release_has_no_checksum(
    resources: JobResources, client: httpx.AsyncClient, tenant: str
) -> None:
    who = identity(tenant)
    export = await made(resources, who)
    async with resources.database.write() as writer:
        await writer.execute(update(exports).where(exports.c.id == export.id).values(file_digest=None))
    assert (await client.get(await link(resources, who, export))).status_code == 200


async def test_a_file_is_read_once_for_all_who_ask(
    resources: JobResources, client: httpx.AsyncClient, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, digest = [], FileStore.digest

    async def counted(self: FileStore, key: str, size: int) -> str:
        read.append(key)
        if len(read) == 1:
            raise OSError("the store was away")
        return await digest(self, key, size)

    who = identity(tenant)
    export = await made(resources, who)
    path = await link(resources, who, export)
    monkeypatch.setattr(FileStore, "digest", counted)
    assert (await client.get(path)).status_code == 503
    answers = await asyncio.gather(*(client.get(path, headers={"Range": f"bytes={n}-"}) for n in range(8)))
    assert {answer.status_code for answer in answers} == {206}
    assert read == [key_of(export)] * 2


async def test_a_store_that_does_not_answer(
    resources: JobResources, client: httpx.AsyncClient, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: FileStore, key: str) -> Stored:
        raise OSError("secret address")

    who = identity(tenant)
    path = await link(resources, who, await made(resources, who))
    monkeypatch.setattr(FileStore, "look", broken)
    answer = await client.get(path)
    assert answer.status_code == 503
    assert "secret" not in answer.text
