"""`POST /v1/events`: the platform's events, one JSON object a line. See docs/events.md.

An answer means that what it counts is in the database. Lines are applied some thousands at a time while the body still
comes in; whoever sends faster than that is slowed down by it. A body that comes in holds up to a batch in memory, so
they are bounded; an applier is taken only by a batch that is whole, see `IngestProcessPool`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from analytics.domain.errors import PublicError
from analytics.domain.time_zones import now_micros
from analytics.ingest.outcomes import Outcome
from service.auth.requests import identify
from service.auth.tokens import TokenService
from service.ingest.process import MAX_INVALID, MAX_NAMED, IngestBatch, IngestResult, RejectedLine
from service.ingest.process_pool import IngestProcessPool, WorkerDiedError
from service.ingest.request_body import RequestRejectedError, iter_line_batches, read_body
from service.telemetry.metrics import EVENTS

log = structlog.get_logger()

ROLE = "ingest"
# Bytes of a body, unpacked; bytes of it that are applied in one transaction; seconds that it may stand still, and bytes
# a second that it has to come with, as it is sent, beyond those seconds.
MAX_BODY_BYTES = 256 * 2**20
BATCH = 8 * 2**20
BODY_TIMEOUT = 30.0
MIN_BYTES_PER_SECOND = 16 * 2**10
# Bodies that come in at a time for each applier, each with up to two batches in memory. A tenant may have half.
BODIES_PER_PROCESS = 8
# Bodies that are unpacked at a time, each in a thread. Such threads ask for the interpreter again and again: with six
# of them the event loop got it so seldom that others waited for 5 s. One unpacks faster than all appliers apply.
MAX_UNPACKING = 1
RETRY_AFTER = 2  # seconds

# The responses to failures of an applier: the arguments of `RequestRejectedError`.
FAILURES = {
    "DATABASE": (503, "UNAVAILABLE", "The database does not answer. Send what was not counted again later."),
    "DAMAGED": (503, "UNAVAILABLE", "The database is damaged. Send what was not counted again when it is restored."),
    "INTERNAL": (500, "INTERNAL_SERVER_ERROR", "These lines could not be applied. We have been told."),
}


MOSTLY_INVALID = (
    f"{MAX_INVALID:,} lines and more are invalid, which is most of them. The others were not read any more: mend what "
    "makes them, and send the body again."
)
OUTCOMES = tuple(map(str, Outcome))


class EventsEndpoint:
    """The endpoint."""

    def __init__(self, tokens: TokenService, appliers: IngestProcessPool, note_damage: Callable[[], None]) -> None:
        """`note_damage` is called when an applier found the database damaged."""
        self._note_damage = note_damage
        self._tokens = tokens
        self._appliers = appliers
        self._most = BODIES_PER_PROCESS * appliers.count
        self._under_way: Counter[str] = Counter()
        self._unpacking = asyncio.Semaphore(MAX_UNPACKING)

    async def post(self, request: Request) -> Response:
        """Take a body in, and say what became of its lines."""
        report = _IngestReport()
        try:
            tenant = await self._tenant(request)
            self._refuse_too_many(tenant)
            self._under_way[tenant] += 1
            try:
                await self._apply(tenant, request, report)
            finally:
                self._under_way -= Counter([tenant])  # which forgets tenants that send nothing now
        except RequestRejectedError as refused:
            return report.answer(refused)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        return report.answer()

    async def _tenant(self, request: Request) -> str:
        identity = await identify(request, self._tokens)
        if identity is None:
            raise RequestRejectedError(401, "UNAUTHENTICATED", "Send a token: Authorization: Bearer …")
        if isinstance(identity, PublicError):
            raise RequestRejectedError(401, "UNAUTHENTICATED", identity.message)
        if identity.role.lower() != ROLE:
            raise RequestRejectedError(403, "FORBIDDEN", f"Sending events needs a token with the role {ROLE!r}.")
        return identity.tenant_id

    def _refuse_too_many(self, tenant: str) -> None:
        if self._under_way.total() >= self._most:
            raise RequestRejectedError(503, "BUSY", "Too many bodies are being taken in. Send it again later.")
        if self._under_way[tenant] >= self._most // 2:
            raise RequestRejectedError(
                429, "RATE_LIMITED", "Too many of your bodies are being taken in. Send it again later."
            )

    async def _apply(self, tenant: str, request: Request, report: "_IngestReport") -> None:
        async for batch in iter_line_batches(
            read_body(request, MAX_BODY_BYTES, BODY_TIMEOUT, MIN_BYTES_PER_SECOND, self._unpacking), BATCH
        ):
            work = IngestBatch(tenant, batch.first, now_micros(), batch.text, report.valid, report.invalid)
            try:
                done = await self._appliers.submit(work)
            except WorkerDiedError:
                log.warning("an applier died", tenant=tenant)
                raise RequestRejectedError(*FAILURES["DATABASE"]) from None
            if done.failure == "DAMAGED":
                self._note_damage()
            if done.failure:
                raise RequestRejectedError(*FAILURES[done.failure])
            report.add(done)
            if done.gave_up:
                raise RequestRejectedError(422, "MOSTLY_INVALID", MOSTLY_INVALID)


class _IngestReport:
    """The results of the lines so far."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._named: list[RejectedLine] = []
        self.valid = self.invalid = 0

    def add(self, result: IngestResult) -> None:
        self.valid += sum(result.outcomes.values())
        self.invalid += result.invalid
        self._named += result.named[: MAX_NAMED - len(self._named)]
        for outcome, count in (Counter(result.outcomes) + Counter(rejected=result.invalid)).items():
            self._outcomes[outcome] += count
            EVENTS.labels(outcome).inc(count)

    def answer(self, refused: RequestRejectedError | None = None) -> Response:
        """The counts; with a refusal too, since lines before it may have been applied."""
        body: dict[str, Any] = {
            **{outcome: self._outcomes[outcome] for outcome in OUTCOMES},
            "errors": [line._asdict() for line in self._named],
        }
        if refused is None:
            return JSONResponse(body)
        retry = {"Retry-After": str(RETRY_AFTER)} if refused.status in (429, 503) else {}
        challenge = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}
        error_body = {"error": {"code": refused.code, "message": refused.message}}
        return JSONResponse(body | error_body, status_code=refused.status, headers=retry | challenge)
