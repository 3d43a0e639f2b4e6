import string
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from analytics.domain.access import Identity, Role, Viewer
from analytics.domain.query_spec import AccessScope, MessageFilter
from analytics.domain.text import Locale
from analytics.exports.records import Export, ExportFormat, ExportStatus
from service.auth.download_links import DownloadLinkSigner
from service.auth.tokens import TokenService
from tests.support.exports.helpers import MONDAY

SECRET = "a secret of the tests, long enough for HS256"
LINKS = DownloadLinkSigner(SECRET, timedelta(minutes=15))
VIEWER = Viewer("s1", Role.SUPERVISOR, "s1@acme.cl", "Sofía", AccessScope("acme", frozenset({"d1"})), "UTC", 7)
EXPORT = Export(
    id="e1",
    name="Envíos",
    format=ExportFormat.XLSX,
    locale=Locale.ES,
    spec_text=VIEWER.specify(MessageFilter(first=MONDAY, last=MONDAY), 0).to_json(),
    requester=Identity("s1", "acme", "SUPERVISOR"),
    status=ExportStatus.COMPLETED,
    created_at=0,
    started_at=0,
    finished_at=0,
    expires_at=0,
    attempts=1,
    lease_token=None,
    rows_total=0,
    rows_written=0,
    file_name="Envíos.xlsx",
    file_size=1,
    file_digest="d",
    failure=None,
)


def signature(links: DownloadLinkSigner = LINKS, viewer: Viewer = VIEWER, export: Export = EXPORT) -> str:
    return parse_qs(urlsplit(links.sign(viewer, export)).query)["signature"][0]


def test_a_link_tells_for_whom_it_was_signed() -> None:
    assert urlsplit(LINKS.sign(VIEWER, EXPORT)).path == "/exports/e1/file"
    assert LINKS.verify("e1", signature()) == Identity("s1", "acme", "SUPERVISOR")


def test_a_link_tells_no_more_than_it_must() -> None:
    claims = jwt.decode(signature(), options={"verify_signature": False})
    assert claims.keys() == {"aud", "exp", "export", "tenant", "sub", "role"}


@pytest.mark.parametrize("place", range(3))
def test_a_link_that_was_changed_anywhere_is_no_link(place: int) -> None:
    parts = signature().split(".")
    others = signature(viewer=replace(VIEWER, id="s2")).split(".")
    for other in (others[place] if others[place] != parts[place] else "", "", "x", parts[place][:-2], "é", "\x00"):
        changed = ".".join([*parts[:place], other, *parts[place + 1 :]])
        assert LINKS.verify("e1", changed) is None


def test_a_link_is_written_in_one_way() -> None:
    signed = signature()
    assert LINKS.verify("e1", signed)
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    # The last letter of 32 bytes in base64 holds two bits that mean nothing.
    same_bytes = signed[:-1] + letters[letters.index(signed[-1]) ^ 1]
    for other in (signed + "=", signed + "==", same_bytes, signed.replace(".", "=.", 1), signed + "."):
        assert LINKS.verify("e1", other) is None


def test_a_link_is_of_one_export() -> None:
    assert LINKS.verify("e2", signature()) is None


def test_a_link_that_is_over_is_no_link() -> None:
    assert (
        DownloadLinkSigner(SECRET, timedelta(seconds=-1)).verify(
            "e1", signature(DownloadLinkSigner(SECRET, timedelta(seconds=-1)))
        )
        is None
    )


def test_a_link_of_another_secret_is_no_link() -> None:
    assert (
        LINKS.verify(
            "e1", signature(DownloadLinkSigner("another secret, which is also long enough", timedelta(hours=1)))
        )
        is None
    )


def test_neither_a_token_nor_an_unsigned_link_passes_for_one() -> None:
    token = TokenService(SECRET).issue(Identity("s1", "acme", "administrator"), timedelta(hours=1))
    claims = jwt.decode(signature(), options={"verify_signature": False})
    for other in (token, jwt.encode(claims, "", "none"), jwt.encode(claims, SECRET, "HS256")):
        assert LINKS.verify("e1", other) is None
