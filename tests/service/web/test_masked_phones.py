"""Masked phones: what a supervisor sees of recipients in answers, searches, files and downloads."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.domain.access import Identity
from analytics.domain.text import mask_contact_id, mask_message_id, mask_phone
from analytics.exports.records import Export, ExportFormat, ExportStatus, FailureCode
from analytics.storage.database import Database
from graphql_schema.context import RequestPolicy
from tasks.exports.files import key_of
from tasks.exports.job import run_export
from tasks.file_store import FileStore
from tasks.resources import JobResources
from tests.service.web.test_downloads import LINKS, client_of
from tests.support import factories
from tests.support.exports.helpers import DAY, POLICY, queue, stored
from tests.support.factories import ask, identity, member, message_sent, supervisor
from tests.support.ingest_helpers import feed

MASKING = RequestPolicy(mask_phones=True)
PHONE, MASKED = "+56912345444", "+569•••••444"
MESSAGES = """query M($filter: CampaignAnalyticsFilter!, $where: MessageWhere) { viewer { phonesMasked }
  campaignAnalytics(filter: $filter) { messages(where: $where) { totalCount nodes { recipient { phone id } } } } }"""


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        (PHONE, MASKED),
        ("56 9 1234-5444", "569•••••444"),
        ("+1234567890", "+12•••••890"),
        ("1234567", "•••••67"),
        ("123456", "•••••6"),
        ("12345", "•••••"),
        ("12", "•••••"),
        ("nobody", "•••••"),
    ],
)
def test_five_digits_are_hidden_at_least_and_their_number_of_a_short_phone(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    "id",
    [
        "56912345444",
        "+56 9 1234 5444",
        "56.912.345.444",
        "whatsapp:+56912345444",
        "56912345444@s.whatsapp.net",
        "56912345444:12",
        "56912345444_a1",
        "+56/912345444",
        "56\u00a0912345444",
    ],
)
def test_a_contacts_id_that_has_a_phone_is_masked(id: str) -> None:
    assert "12345" not in mask_contact_id(id)


@pytest.mark.parametrize("id", ["CL.13491208655302741918", "c-17", "7f9c24e8-3b12-4fd0-9a3e-1c2b3d4e5f60", "123456"])
def test_other_ids_of_contacts_are_shown(id: str) -> None:
    assert mask_contact_id(id) == id


WAMID = "wamid.HBgLNTY5MTIzNDU0NDQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"


async def test_whatsapps_ids_of_messages_are_masked_too(
    database: Database, resources: JobResources, tenant: str, tmp_path: Path
) -> None:
    """They have the phone in base64, so that their beginning finds it."""
    sends = [message_sent(WAMID, contact={"phone": PHONE})]
    await feed(database, tenant, [factories.tenant(), member("s1", "d1"), *sends])
    asked = {"filter": {"sentOn": {"from": str(DAY.first), "to": str(DAY.last)}}, "where": {}}
    document = MESSAGES.replace("recipient { phone id }", "id")
    ids = []
    for who in (supervisor(tenant), identity(tenant)):
        told = await ask(database, who, document, asked, policy=MASKING)
        ids += [node["id"] for node in told["campaignAnalytics"]["messages"]["nodes"]]
    assert ids == [mask_message_id(WAMID), WAMID]
    assert (await seen(database, supervisor(tenant), WAMID[:16]))[1] == []
    assert len((await seen(database, identity(tenant), WAMID[:16]))[1]) == 1
    done = await made(resources, supervisor(tenant), asked=True, run=True)
    text = (tmp_path / "files" / key_of(done)).read_text("utf-8-sig")
    assert WAMID not in text
    assert mask_message_id(WAMID) in text


@pytest.fixture
def resources(database: Database, tmp_path: Path) -> JobResources:
    """Resources with files of their own."""
    return JobResources(database, FileStore((tmp_path / "files").as_uri()))


@pytest.fixture
async def contacts(database: Database, tenant: str) -> str:
    """A tenant whose supervisor sees two messages: to a phone with WhatsApp's id, and to another kind of id."""
    contacts = [{"phone": PHONE, "id": "56912345444"}, {"phone": None, "id": "CL.13491208655302741918"}]
    sends = [message_sent(f"m00{n}", contact=contact) for n, contact in enumerate(contacts)]
    await feed(database, tenant, [factories.tenant(), member("s1", "d1"), *sends])
    return tenant


async def seen(database: Database, who: Identity, text: str | None = None) -> tuple[bool, list[Any]]:
    """Return `viewer.phonesMasked`, and the recipients of the messages that a text finds."""
    asked = {"filter": {"sentOn": {"from": str(DAY.first), "to": str(DAY.last)}}, "where": {"text": text}}
    told = await ask(database, who, MESSAGES, asked, policy=MASKING)
    nodes = told["campaignAnalytics"]["messages"]["nodes"]
    return told["viewer"]["phonesMasked"], sorted((node["recipient"] for node in nodes), key=str)


async def test_answers_mask_phones_for_supervisors_only(database: Database, contacts: str) -> None:
    other = {"phone": None, "id": "CL.13491208655302741918"}
    masked = {"phone": MASKED, "id": "569•••••444"}
    whole = {"phone": PHONE, "id": "56912345444"}
    assert await seen(database, supervisor(contacts)) == (True, [masked, other])
    for role in ("administrator", "analyst"):
        assert await seen(database, identity(contacts, role)) == (False, [whole, other])


async def test_nobody_finds_by_searching_what_is_masked(database: Database, contacts: str) -> None:
    for text in ("5691234", PHONE, "56912345444"):
        assert (await seen(database, supervisor(contacts), text))[1] == []
        assert len((await seen(database, identity(contacts), text))[1]) == 1
    assert len((await seen(database, supervisor(contacts), "m000"))[1]) == 1


async def made(resources: JobResources, who: Identity, *, asked: bool, run: bool) -> Export:
    """An export that was asked for and run under a setting each."""
    export = await queue(resources.database, who, DAY, format=ExportFormat.CSV, mask_phones=asked)
    await run_export(resources, replace(POLICY, mask_phones=run), who.tenant_id, export.id)
    return await stored(resources.database, export)


async def test_files_mask_phones_for_supervisors_only(
    database: Database, resources: JobResources, contacts: str, tmp_path: Path
) -> None:
    for who, phone in ((supervisor(contacts), MASKED), (identity(contacts), PHONE)):
        done = await made(resources, who, asked=True, run=True)
        text = (tmp_path / "files" / key_of(done)).read_text("utf-8-sig")
        phones = {row["Teléfono del destinatario"].strip("'") for row in csv.DictReader(io.StringIO(text))}
        assert phones == {phone, ""}
        assert ("12345" in text) is (phone == PHONE)


async def test_a_file_with_whole_phones_is_neither_made_nor_sent_once_they_are_masked(
    resources: JobResources, contacts: str
) -> None:
    refused = await made(resources, supervisor(contacts), asked=False, run=True)
    assert (refused.status, refused.failure) == (ExportStatus.FAILED, FailureCode.ACCESS_REVOKED)
    done = await made(resources, supervisor(contacts), asked=False, run=False)
    link = LINKS.sign(await factories.viewer(resources.database, supervisor(contacts)), done)
    for mask_phones, status in ((False, 200), (True, 403)):
        async with client_of(resources, mask_phones=mask_phones) as client:
            assert (await client.get(link)).status_code == status
