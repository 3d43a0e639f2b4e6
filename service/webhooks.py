"""`/webhooks/whatsapp/{tenant}`: what WhatsApp's Cloud API sends about a company's messages.

A body is stored as it came and then answered; it is applied after that, by a worker. What is lost here is lost for
ever, and what is not answered with 200 comes again for days. Source: Meta, Webhooks, "Getting started".
"""

import hashlib
import hmac
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from analytics.database import Database
from analytics.ingest import webhooks
from service.webhook_secrets import WebhookSecrets

log = structlog.get_logger()

# Meta sends 3 MB at most.
LONGEST_BODY = 4 * 2**20
# Bodies that are being stored at a time; more are told to come again.
MOST_BODIES = 64
RETRY_AFTER = {"Retry-After": "1"}
# The same for a company that has no secrets, so that nobody learns which companies have.
REFUSED = "The signature or the token is not right."


class Webhooks:
    """The endpoint: the handshake of a subscription (GET), and the bodies (POST)."""

    def __init__(self, database: Database, secrets: WebhookSecrets, wake: Callable[[], None]) -> None:
        """`wake` is called when there is something new to apply."""
        self._database = database
        self._secrets = secrets
        self._wake = wake
        self._storing = 0

    async def answer(self, request: Request) -> Response:
        """Answer Meta."""
        tenant = request.path_params["tenant"]
        if request.method == "POST":
            return await self._receive(tenant, request)
        return self._shake_hands(tenant, request)

    def _shake_hands(self, tenant: str, request: Request) -> Response:
        secrets, query = self._secrets.of(tenant), request.query_params
        given = query.get("hub.verify_token", "")
        right = secrets is not None and _same(given, secrets.verify_token)
        if not right or query.get("hub.mode") != "subscribe":
            return PlainTextResponse(REFUSED, status_code=403)
        return PlainTextResponse(query.get("hub.challenge", ""))

    async def _receive(self, tenant: str, request: Request) -> Response:
        if self._storing >= MOST_BODIES:
            return PlainTextResponse("Too many at once.", status_code=503, headers=RETRY_AFTER)
        self._storing += 1
        try:
            body = await request.body()
            if not self._signed(tenant, body, request.headers.get("x-hub-signature-256", "")):
                return PlainTextResponse(REFUSED, status_code=403)
            await webhooks.store(self._database, tenant, body, time.time_ns() // 1000)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except (SQLAlchemyError, OSError):
            log.warning("a webhook could not be stored, it will come again", tenant=tenant, exc_info=True)
            return PlainTextResponse("Come again.", status_code=503, headers=RETRY_AFTER)
        finally:
            self._storing -= 1
        self._wake()
        return Response(status_code=200)

    def _signed(self, tenant: str, body: bytes, given: str) -> bool:
        secrets = self._secrets.of(tenant)
        # All of them, always: how long it takes tells nothing.
        right = [_same(given, signature(body, secret)) for secret in (secrets.app_secrets if secrets else [""])]
        return secrets is not None and any(right)


def signature(body: bytes, secret: str) -> str:
    """What `X-Hub-Signature-256` says of a body: the HMAC-SHA-256 of its raw bytes by the app's secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
