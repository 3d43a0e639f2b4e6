"""Signing in to the demo: on this machine only, and only in the demo."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from service.auth.tokens import TokenService
from service.demo.events import PEOPLE, identity_of
from service.settings import Settings
from service.web.demo_session import routes

SECRET = "a secret of the tests, long enough for HS256"
ORIGIN = "http://127.0.0.1:8000"


def client(*, demo: bool = True, url: str = ORIGIN, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """A browser at `address` that found the service under `url`."""
    settings = Settings(demo=demo, token_secret=SecretStr(SECRET), allowed_origins=("https://desk.example",))
    app = Starlette(routes=list(routes(settings, TokenService(SECRET))))
    transport = httpx.ASGITransport(app, client=(address, 5000))
    return httpx.AsyncClient(transport=transport, base_url=url)


async def test_each_person_of_the_demo_can_be_chosen() -> None:
    async with client() as browser:
        ways = (await browser.get("/session")).json()
        assert [one["id"] for one in ways["people"]] == [person.user_id for person in PEOPLE]
        assert ways["origins"] == ["https://desk.example"]
        for person in PEOPLE:
            answer = await browser.post("/session", json={"person": person.user_id}, headers={"Origin": ORIGIN})
            assert TokenService(SECRET).verify(answer.json()["token"]) == identity_of(person)
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("who", "headers"),
    [
        ({"demo": False}, {}),
        ({"url": "http://rebound.example"}, {}),
        ({"address": "192.0.2.7"}, {}),
        ({}, {"Origin": "https://elsewhere.example"}),
        ({}, {"Origin": "null"}),
    ],
)
async def test_nobody_else_is_offered_or_given_anything(who: dict[str, Any], headers: dict[str, str]) -> None:
    async with client(**who) as browser:
        assert (await browser.get("/session", headers=headers)).json()["people"] == []
        answer = await browser.post("/session", json={"person": "p1"}, headers=headers)
        assert answer.status_code == 404
        assert "token" not in answer.text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"person": "nobody"}}, 400),
        ({"json": {"person": 1}}, 400),
        ({"json": []}, 400),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"\xff", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"x" * 2000, "headers": {"Content-Type": "application/json"}}, 413),
        ({"data": {"person": "p1"}}, 415),
    ],
)
async def test_what_is_no_choice_is_refused(sent: dict[str, Any], status: int) -> None:
    async with client() as browser:
        answer = await browser.post("/session", **sent)
    assert answer.status_code == status
    assert "token" not in answer.text
