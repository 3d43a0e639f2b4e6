"""The identity of a request, read from its token; the log has the reason for which a token was refused."""

import structlog
from starlette.requests import HTTPConnection

from analytics.domain.access import Identity
from analytics.domain.errors import PublicError
from service.auth.tokens import RefusedTokenError, TokenService


async def identify(connection: HTTPConnection, tokens: TokenService) -> Identity | PublicError | None:
    """Return the result of `authenticate` for a request; the first call keeps it in the request's state."""
    state = connection.scope.setdefault("state", {})
    if "identity" not in state:
        state["identity"] = await authenticate(connection.headers.get("authorization"), tokens)
    identity: Identity | PublicError | None = state["identity"]
    return identity


async def authenticate(authorization: str | None, tokens: TokenService) -> Identity | PublicError | None:
    """Return the result of `TokenService.authenticate` for an `Authorization` header.

    All log lines about this request then have the reason of a refusal, as `token_refused`.
    """
    identity = await tokens.authenticate(authorization)
    if isinstance(identity, RefusedTokenError):
        structlog.contextvars.bind_contextvars(token_refused=identity.reason)
    return identity
