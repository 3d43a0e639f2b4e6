"""The state that the fields of one request share."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum

import strawberry

from analytics.domain.access import Identity, Viewer, has_viewer_role
from analytics.domain.errors import PublicError, RateLimitedError, UnauthenticatedError
from analytics.exports.records import Export
from analytics.reports.access import load_viewer
from analytics.storage.database import Database
from analytics.storage.query_log import ExecutedStatement
from resolvers.exports import ExportQueue
from resolvers.loader import RequestLoader

DownloadUrlFactory = Callable[[Viewer, Export], str]


@dataclass(frozen=True)
class OperationRecord:
    """An operation that is over."""

    who: Identity | None
    name: str | None  # as its author called it
    field: str  # the field of the root that was asked for; `several` of them, or `none` of what was not run
    code: str  # of its first error, `OK`, or `CANCELED` when nobody waited for the answer
    cost: int | None  # points; None of a document that was refused before it was measured
    plans: list[str]  # where its numbers were read
    statements: list[ExecutedStatement]
    took: int  # ns
    cache_bytes: int  # of the memory that holds counts, of all tenants in this process


OperationRecorder = Callable[[OperationRecord], None]


def ignore_operation(operation: OperationRecord) -> None:
    """Tell nobody."""


class Introspection(StrEnum):
    """The people who may read the schema through the API."""

    VIEWERS = "viewers"
    EVERYONE = "everyone"
    NOBODY = "nobody"


@dataclass(frozen=True)
class RequestPolicy:
    """The limits and permissions that the settings give each request."""

    introspection: Introspection = Introspection.VIEWERS
    seconds: float = 30.0
    requests_per_minute: int = 0  # of a viewer; 0: any number
    tenant_requests_per_minute: int = 0
    points_per_minute: int = 0
    tenant_points_per_minute: int = 0
    mask_phones: bool = False  # of recipients, for supervisors


async def _charge_nothing(_context: "Context", _points: int) -> None:
    """Charge nothing: used where cost is not limited."""


def _unlimited_slot(_context: "Context") -> AbstractAsyncContextManager[None]:
    return nullcontext()


@dataclass
class Context:
    """The viewer and time of a request, and the handles that fields work with. Opens nothing until a field needs it.

    `identity` is what the token says, or the error for a request without a valid one.
    """

    identity: Identity | PublicError | None
    now: int
    database: Database
    export_queue: ExportQueue
    link: DownloadUrlFactory
    include_plan: bool = False
    policy: RequestPolicy = RequestPolicy()
    record_operation: OperationRecorder = ignore_operation
    # Holds a slot for the execution, by the cost of the operation. Raises `RateLimitedError` when it is entered.
    slot: "Callable[[Context], AbstractAsyncContextManager[None]]" = _unlimited_slot
    # Holds the slot to parse or validate a document that is not cached: the process checks one at a time.
    check_slot: "Callable[[Context], AbstractAsyncContextManager[None]]" = _unlimited_slot
    # The error if no slot was free; the transport adds when to retry.
    refused: RateLimitedError | None = None
    # Counts points for an operation that is not run.
    charge: "Callable[[Context, int], Awaitable[None]]" = _charge_nothing
    address: str = ""
    request_id: str | None = None
    # What a WebSocket client sent with `connection_init`; Strawberry fills it in.
    connection_params: dict[str, object] | None = None
    # What the document costs, in points; set once it is measured.
    cost: int | None = None
    # What `extensions.fast_execution` keeps of the document; set when the document is kept.
    readers: object | None = None
    # By the monotonic clock, in seconds.
    began_at: float = field(init=False, default_factory=time.monotonic)
    loader: RequestLoader = field(init=False)
    _viewer: "asyncio.Task[Viewer] | None" = field(init=False, default=None)

    def __post_init__(self) -> None:
        # Of strangers nothing is read, whatever the tenant.
        self.loader = RequestLoader(self.database, getattr(self.identity, "tenant_id", ""))

    @property
    def seconds_left(self) -> float:
        """The seconds left to the request, counted from its arrival."""
        return max(self.began_at + self.policy.seconds - time.monotonic(), 0.0)

    @property
    def can_introspect(self) -> bool:
        """Return True if this person may read the schema."""
        if self.policy.introspection is Introspection.VIEWERS:
            return isinstance(self.identity, Identity) and has_viewer_role(self.identity)
        return self.policy.introspection is Introspection.EVERYONE

    @property
    def require_identity(self) -> Identity:
        """Return the identity of the viewer. Raises `UnauthenticatedError`."""
        if not isinstance(self.identity, Identity):
            raise self.unauthenticated
        return self.identity

    @property
    def unauthenticated(self) -> PublicError:
        """The error for a request without a valid token."""
        if isinstance(self.identity, PublicError):
            return self.identity
        return UnauthenticatedError("Send a token: `Authorization: Bearer …`.")

    def cancel(self) -> None:
        """Stop what is being read: nobody waits for it any more."""
        self.loader.cancel()

    async def viewer(self) -> Viewer:
        """The viewer, looked up once per request. Raises `UnauthenticatedError` or `Forbidden`."""
        if self._viewer is None:
            self._viewer = asyncio.get_running_loop().create_task(self._find_viewer())
        return await asyncio.shield(self._viewer)

    async def _find_viewer(self) -> Viewer:
        return await self.loader.load(load_viewer, self.require_identity, self.policy.mask_phones)


Info = strawberry.Info[Context, None]
"""The `info` that resolvers of fields get: Strawberry's, with our context."""
