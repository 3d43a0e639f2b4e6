"""The endpoint `/session`: the ways to sign in to the pages. Only the demo offers one: as one of its people."""

import json
from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.auth.tokens import TokenService
from service.demo.events import PEOPLE, identity_of
from service.settings import LOOPBACK, Settings

LIFETIME = timedelta(hours=12)
NO_STORE = {"Cache-Control": "no-store"}
MAX_BODY_BYTES = 1_000  # bytes


def routes(settings: Settings, tokens: TokenService) -> list[Route]:
    """Create the routes of `/session`.

    GET lists the demo's people, and the origins of platforms that may hand a token to the pages. POST returns a token
    for one of the demo's people.
    """
    people = {person.user_id: person for person in PEOPLE} if settings.demo else {}

    async def list_options(request: Request) -> Response:
        selectable = people.values() if _is_local_request(request) else ()
        options = [{"id": person.user_id, "name": person.name, "role": person.role} for person in selectable]
        return JSONResponse({"people": options, "origins": settings.allowed_origins}, headers=NO_STORE)

    async def sign_in(request: Request) -> Response:
        if not people or not _is_local_request(request):
            raise HTTPException(404)
        person = people.get(await _requested_person(request))
        if person is None:
            raise HTTPException(400, "There is no such person in the demo.")
        return JSONResponse({"token": tokens.issue(identity_of(person), LIFETIME)}, headers=NO_STORE)

    return [
        Route("/session", list_options, methods=["GET"]),
        Route("/session", sign_in, methods=["POST"], max_body_size=MAX_BODY_BYTES),
    ]


def _is_local_request(request: Request) -> bool:
    """Return True if a client on this machine sent the request to a loopback name.

    Pages of other origins are excluded by their `Origin` header.
    """
    origin = request.headers.get("origin")
    is_same_origin = origin is None or origin == f"{request.url.scheme}://{request.url.netloc}"
    is_loopback_client = request.client is not None and request.client.host in LOOPBACK
    return is_same_origin and request.url.hostname in LOOPBACK and is_loopback_client


async def _requested_person(request: Request) -> str:
    """Return the id of the person in a JSON body; empty without one. Raises `HTTPException` if it is not JSON.

    Requiring JSON keeps out other sites: browsers send JSON to another origin only with its permission (CORS), and
    this endpoint gives none.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "Send JSON.")
    try:
        payload: Any = json.loads(await request.body())
    except ValueError:
        raise HTTPException(400, "The body is not JSON.") from None
    person = payload.get("person") if isinstance(payload, dict) else None
    return person if isinstance(person, str) else ""
