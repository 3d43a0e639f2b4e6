"""`/graphiql`: Strawberry's GraphiQL page, with a way to be signed in and our example queries in it.

The page is static and open: what it runs is guarded, not the page.
"""

from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from strawberry.http.ides import get_graphql_ide_html

# What changes in Strawberry's page. Each must be there, so that another release of it cannot pass unnoticed.
FETCH_URL = 'const fetchURL = window.location.href.split("?")[0];'
FETCHER = "headers: defaultHeaders,\n        subscriptionUrl,"
STORED = "shouldPersistHeaders: true"
EXAMPLE = ("const EXAMPLE_QUERY = `", "`;")
BODY = "<body>"

HOME = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Embudo</title>
<body style="font: 16px/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>Embudo</h1>
<p>The analytics service for one-to-one WhatsApp template messages is running.</p>
<ul>
<li><a href="/graphiql">GraphiQL</a>: explore the numbers. Sign in with a token.</li>
<li><code>/graphql</code>: the API.</li>
</ul>
"""


async def home(_request: Request) -> Response:
    """`/`: what is here."""
    return HTMLResponse(HOME)


async def graphiql(_request: Request) -> Response:
    """`/graphiql`: the page, with examples over the last thirty days."""
    today = date.today()  # noqa: DTZ011 - only an example's dates, for a person to change
    filled = _page().replace("__FROM__", str(today - timedelta(days=30))).replace("__TO__", str(today))
    return HTMLResponse(filled, headers={"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"})


@cache
def _page() -> str:
    pages = files("service").joinpath("pages")
    examples = pages.joinpath("examples.graphql").read_text("utf-8")
    page = get_graphql_ide_html("graphiql")
    page = _replaced(page, FETCH_URL, 'const fetchURL = new URL("/graphql", window.location.href).href;')
    page = _replaced(
        page, FETCHER, "fetch: embudo.fetch,\n        wsConnectionParams: embudo.headers,\n        subscriptionUrl,"
    )
    page = _replaced(page, STORED, "shouldPersistHeaders: false")
    page = _replaced(page, BODY, BODY + "\n" + pages.joinpath("signin.html").read_text("utf-8"))
    before, _, rest = page.partition(EXAMPLE[0])
    _, found, after = rest.partition(EXAMPLE[1])
    if not found:
        raise LookupError("GraphiQL's page has no example query")
    return before + EXAMPLE[0] + examples + EXAMPLE[1] + after


def _replaced(page: str, old: str, new: str) -> str:
    if page.count(old) != 1:
        raise LookupError(f"GraphiQL's page has no single {old!r}")
    return page.replace(old, new)
