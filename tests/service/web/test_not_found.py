"""Addresses that lead nowhere: a page for people, plain words for programs."""

import httpx
import pytest
from starlette.applications import Starlette

from service.web.not_found import answer_not_found

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def client() -> httpx.AsyncClient:
    """A client of a service that has no addresses at all."""
    app = Starlette()
    app.router.default = answer_not_found
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here")


async def test_a_person_gets_a_page_in_both_languages_and_a_way_back(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nada", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Esta página no existe" in answer.text
    assert "This page does not exist" in answer.text
    assert '<a href="/">' in answer.text
    assert "nada" not in answer.text
    nonce = answer.text.split('<style nonce="')[1].split('"')[0]
    assert f"style-src 'nonce-{nonce}'" in answer.headers["content-security-policy"]
    assert "'unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/htmlx", ""])
async def test_programs_get_plain_words(client: httpx.AsyncClient, accept: str) -> None:
    answer = await client.get("/nada", headers={"Accept": accept})
    assert (answer.status_code, answer.text) == (404, "Not Found")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_who_sends_something_gets_plain_words(client: httpx.AsyncClient) -> None:
    answer = await client.post("/nada", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.text) == (404, "Not Found")
