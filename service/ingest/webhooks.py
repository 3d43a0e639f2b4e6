"""`/webhooks/whatsapp/{tenant}`: what WhatsApp's Cloud API sends about a company's messages.

A body is stored as it came and then answered; it is applied after that, by a worker. What is lost here is lost for
ever, and what is not answered with 200 comes again for days. Source: Meta, Webhooks, "Getting started".

Anybody may send something here. A body that is not whole yet, or not known to be Meta's, takes no place from those that
are stored, and has to come soon; when too many come in at once, those give way that are the longest at it.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from analytics.domain.text import sanitize
from analytics.domain.time_zones import now_micros
from analytics.ingest import webhook_inbox
from analytics.storage.database import Database
from service.ingest.webhook_secrets import WebhookCredentials, WebhookSecretStore

log = structlog.get_logger()

# Meta sends 3 MB at most.
MAX_BODY_BYTES = 4 * 2**20
# Bodies that are being stored at a time; more are told to come again.
MAX_BODIES = 64
# Bodies that come in at a time, and bytes of them: they are in memory, and may be anybody's.
MAX_ARRIVING = 1024
MAX_ARRIVING_BYTES = 64 * 2**20
# Seconds for a body to come in. Meta's come at once.
BODY_TIMEOUT = 30.0
# What a signature looks like. Without one nothing is read.
SIGNATURE = re.compile("sha256=[0-9a-f]{64}")
MAX_TENANT_LENGTH = 128
RETRY_AFTER = {"Retry-After": "1"}
# The same for a company that has no secrets, so that nobody learns which companies have.
REFUSED = "The signature or the token is not right."


class WhatsAppWebhookEndpoint:
    """The endpoint: the handshake of a subscription (GET), and the bodies (POST)."""

    def __init__(self, database: Database, secrets: WebhookSecretStore, wake: Callable[[], None]) -> None:
        """`wake` is called when there is something new to apply."""
        self._database = database
        self._secrets = secrets
        self._wake = wake
        # The bodies that come in, the oldest first: when each has to be whole, and how many bytes of it are here.
        self._arriving: dict[asyncio.Timeout, int] = {}
        self._bytes = 0
        self._storing = 0

    async def handle(self, request: Request) -> Response:
        """Answer Meta."""
        tenant = request.path_params["tenant"]
        if request.method == "POST":
            return await self._receive(tenant, request)
        return self._shake_hands(tenant, request)

    def _shake_hands(self, tenant: str, request: Request) -> Response:
        secrets, query = self._secrets_of(tenant), request.query_params
        given = query.get("hub.verify_token", "")
        right = secrets is not None and _same(given, secrets.verify_token)
        if not right or query.get("hub.mode") != "subscribe":
            return _refused()
        return PlainTextResponse(query.get("hub.challenge", ""))

    async def _receive(self, tenant: str, request: Request) -> Response:
        given = request.headers.get("x-hub-signature-256", "")
        if not SIGNATURE.fullmatch(given):
            return _refused()
        try:
            body = await self._body(request)
        except TimeoutError:
            return PlainTextResponse("The body did not come in time.", status_code=503, headers=RETRY_AFTER)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        secrets = self._secrets_of(tenant)
        # In a thread: several secrets, and 64 MiB of bodies that came at the same time, take the loop's time together.
        if not await asyncio.to_thread(_signed, body, given, secrets):
            return _refused()
        if self._storing >= MAX_BODIES:
            return PlainTextResponse("Too many at once.", status_code=503, headers=RETRY_AFTER)
        return await self._store(tenant, body)

    async def _body(self, request: Request) -> bytes:
        """The whole body. Raises TimeoutError when it takes too long, or had to give way."""
        body = bytearray()
        async with asyncio.timeout(BODY_TIMEOUT) as limit:
            self._arriving[limit] = 0
            try:
                async for chunk in request.stream():
                    if limit not in self._arriving:
                        raise TimeoutError
                    body += chunk
                    self._arriving[limit] += len(chunk)
                    self._bytes += len(chunk)
                    self._make_room()
            finally:
                self._bytes -= self._arriving.pop(limit, 0)
        return bytes(body)

    def _make_room(self) -> None:
        while self._bytes > MAX_ARRIVING_BYTES or len(self._arriving) > MAX_ARRIVING:
            oldest = next(iter(self._arriving))
            self._bytes -= self._arriving.pop(oldest)
            if not oldest.expired():
                oldest.reschedule(0)

    async def _store(self, tenant: str, body: bytes) -> Response:
        self._storing += 1
        try:
            await webhook_inbox.store(self._database, tenant, body, now_micros())
        except (SQLAlchemyError, OSError):
            log.warning("a webhook could not be stored, it will come again", tenant=tenant, exc_info=True)
            return PlainTextResponse("Come again.", status_code=503, headers=RETRY_AFTER)
        finally:
            self._storing -= 1
        self._wake()
        return Response(status_code=200)

    def _secrets_of(self, tenant: str) -> WebhookCredentials | None:
        possible = 0 < len(tenant) <= MAX_TENANT_LENGTH and sanitize(tenant) == tenant
        return self._secrets.get(tenant) if possible else None


def _signed(body: bytes, given: str, secrets: WebhookCredentials | None) -> bool:
    # All of them, always, and of a company that has none too: how long it takes tells nothing.
    right = [_same(given, signature(body, secret)) for secret in (secrets.app_secrets if secrets else [""])]
    return secrets is not None and any(right)


def _refused() -> Response:
    return PlainTextResponse(REFUSED, status_code=403)


def signature(body: bytes, secret: str) -> str:
    """What `X-Hub-Signature-256` says of a body: the HMAC-SHA-256 of its raw bytes by the app's secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
