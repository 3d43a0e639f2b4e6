"""The page's first request is what `make bench` measures: the same document, variables and headers."""

import json
from datetime import date
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from benchmarks.page.documents import FIRST_REQUEST
from benchmarks.page.variables import Filters
from benchmarks.page.viewers import HEADERS, body
from tests.support.browser.users import PARAMETERS, Reader, operation
from tests.support.servers.server import Server

MONTH = Filters(date(2026, 10, 2), date(2026, 10, 31))


@pytest.mark.parametrize(
    "filters",
    [
        MONTH,
        Filters(date(2025, 11, 1), date(2026, 10, 31)),
        Filters(date(2026, 10, 31), date(2026, 10, 31)),
        Filters(date(2024, 11, 1), date(2026, 10, 31)),
        Filters(MONTH.first, MONTH.last, {"templates": ["t3", "t1"], "accounts": ["a2"], "agents": ["u1", "u41"]}),
    ],
    ids=["month", "year", "day", "two years", "filtered"],
)
def test_the_benchmark_sends_what_the_page_sends(demo: Server, page: Page, filters: Filters) -> None:
    ids = [(PARAMETERS[kind], id) for kind, chosen in filters.ids.items() for id in chosen]
    link = urlencode([("from", filters.first), ("to", filters.last), *ids])
    with page.expect_request(
        lambda request: request.url.endswith("/graphql") and operation(request) == FIRST_REQUEST
    ) as sent:
        Reader.enter(demo, page, "p1", f"/?{link}")
    assert sent.value.post_data_json == json.loads(body(filters))
    headers = sent.value.all_headers()
    assert headers["accept"] == HEADERS["Accept"]
    assert headers["content-type"] == HEADERS["Content-Type"]
    assert HEADERS["Accept-Encoding"] in headers["accept-encoding"]
