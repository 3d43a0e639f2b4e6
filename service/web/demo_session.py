"""`/session`: how one can sign in to the pages. In the demo, and only there, as one of its people."""

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
    """GET says who one can be and which origins may hand over a token; POST signs in as one of the demo's people."""
    people = {person.user_id: person for person in PEOPLE} if settings.demo else {}

    async def ways(request: Request) -> Response:
        offered = people.values() if _is_local_request(request) else ()
        listed = [{"id": person.user_id, "name": person.name, "role": person.role} for person in offered]
        return JSONResponse({"people": listed, "origins": settings.allowed_origins}, headers=NO_STORE)

    async def sign_in(request: Request) -> Response:
        if not people or not _is_local_request(request):
            raise HTTPException(404)
        person = people.get(await _requested_person(request))
        if person is None:
            raise HTTPException(400, "There is no such person in the demo.")
        return JSONResponse({"token": tokens.issue(identity_of(person), LIFETIME)}, headers=NO_STORE)

    return [
        Route("/session", ways, methods=["GET"]),
        Route("/session", sign_in, methods=["POST"], max_body_size=MAX_BODY_BYTES),
    ]


def _is_local_request(request: Request) -> bool:
    """Return True if a page of this machine sent the request, by a loopback name and from its own origin."""
    origin = request.headers.get("origin")
    own = origin is None or origin == f"{request.url.scheme}://{request.url.netloc}"
    return own and request.url.hostname in LOOPBACK and request.client is not None and request.client.host in LOOPBACK


async def _requested_person(request: Request) -> str:
    """The person that the body names. Browsers send JSON to other origins only where those allow it: we do not."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "Send JSON.")
    try:
        said: Any = json.loads(await request.body())
    except ValueError:
        raise HTTPException(400, "The body is not JSON.") from None
    person = said.get("person") if isinstance(said, dict) else None
    return person if isinstance(person, str) else ""
