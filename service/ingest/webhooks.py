"""`/webhooks/whatsapp/{tenant}`: what WhatsApp's Cloud API sends about a tenant's messages.

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
from service.auth.addresses import network
from service.ingest.arrivals import Arrivals
from service.ingest.webhook_secrets import WebhookCredentials, WebhookSecretStore

log = structlog.get_logger()

# Meta sends 3 MB at most.
MAX_BODY_BYTES = 4 * 2**20
# Bodies that are stored at a time; further ones are refused and sent again by Meta.
MAX_BODIES = 64
# Bodies that come in at a time, and bytes of them until they are known to be Meta's: they are in memory, and may be
# anybody's.
MAX_ARRIVING = 1024
MAX_ARRIVING_BYTES = 16 * 2**20
# Signatures that are checked at a time, each in a thread.
MAX_SIGNATURE_CHECKS = 2
# Seconds for a body to come in. Meta's come at once.
BODY_TIMEOUT = 30.0
# What a signature looks like. Without one nothing is read.
SIGNATURE = re.compile("sha256=[0-9a-f]{64}")
MAX_TENANT_LENGTH = 128
RETRY_AFTER = {"Retry-After": "1"}
# The same for a tenant that has no secrets, so that nobody learns which tenants have.
REFUSED = "The signature or the token is not right."


class WhatsAppWebhookEndpoint:
    """The endpoint: the handshake of a subscription (GET), and the bodies (POST)."""

    def __init__(self, database: Database, secrets: WebhookSecretStore, wake: Callable[[], None]) -> None:
        """`wake` is called when there is something new to apply."""
        self._database = database
        self._secrets = secrets
        self._wake = wake
        self._arrivals = Arrivals(MAX_ARRIVING_BYTES, MAX_ARRIVING, BODY_TIMEOUT)
        self._checking = asyncio.Semaphore(MAX_SIGNATURE_CHECKS)
        self._storing = 0

    async def handle(self, request: Request) -> Response:
        """Answer Meta."""
        tenant = request.path_params["tenant"]
        if request.method == "POST":
            return await self._receive(tenant, request)
        return self._shake_hands(tenant, request)

    def _shake_hands(self, tenant: str, request: Request) -> Response:
        secrets, query = self._secrets_of(tenant), request.query_params
        token = query.get("hub.verify_token", "")
        is_valid = secrets is not None and _same(token, secrets.verify_token)
        if not is_valid or query.get("hub.mode") != "subscribe":
            return _refused()
        return PlainTextResponse(query.get("hub.challenge", ""))

    async def _receive(self, tenant: str, request: Request) -> Response:
        signature_header = request.headers.get("x-hub-signature-256", "")
        if not SIGNATURE.fullmatch(signature_header):
            return _refused()
        try:
            body = await self._signed_body(tenant, request, signature_header)
        except TimeoutError:
            return PlainTextResponse("The body did not come in time.", status_code=503, headers=RETRY_AFTER)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        if body is None:
            return _refused()
        if self._storing >= MAX_BODIES:
            return PlainTextResponse("Too many at once.", status_code=503, headers=RETRY_AFTER)
        return await self._store(tenant, body)

    async def _signed_body(self, tenant: str, request: Request, signature_header: str) -> bytes | None:
        """Receive the whole body; None if its signature is wrong. Raises TimeoutError if it is too slow or evicted."""
        body = bytearray()
        address = network(request.client.host) if request.client else ""
        async with self._arrivals.one(address) as arrival:
            async for chunk in request.stream():
                self._arrivals.add(arrival, len(chunk))
                body += chunk
            async with self._checking:
                self._arrivals.keep(arrival)
                # In a thread: several secrets and large bodies take the loop's time.
                is_valid = await asyncio.to_thread(_signed, body, signature_header, self._secrets_of(tenant))
        return bytes(body) if is_valid else None

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


def _signed(body: bytes | bytearray, signature_header: str, secrets: WebhookCredentials | None) -> bool:
    # Always compare all secrets, and one for a tenant without any: the time taken must not reveal anything.
    matches = [
        _same(signature_header, signature(body, secret)) for secret in (secrets.app_secrets if secrets else [""])
    ]
    return secrets is not None and any(matches)


def _refused() -> Response:
    return PlainTextResponse(REFUSED, status_code=403)


def signature(body: bytes | bytearray, secret: str) -> str:
    """Compute the `X-Hub-Signature-256` of a body: the HMAC-SHA-256 of its raw bytes by the app's secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(received: str, expected: str) -> bool:
    return hmac.compare_digest(received.encode(), expected.encode())
