"""Tokens: JSON Web Tokens (RFC 7519) signed with our secret, or with an identity provider's keys."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import structlog
from starlette.requests import HTTPConnection

from analytics.domain.access import Identity
from analytics.domain.errors import PublicError, UnauthenticatedError
from analytics.domain.text import sanitize
from service.auth.jwks import ALGORITHMS, JwksCache
from service.settings import Settings

ALGORITHM = "HS256"
REQUIRED = ["exp", "sub", "tenant", "role"]
# Clocks of two machines may differ by this much, in seconds.
LEEWAY = 30
# No token is good for longer than this, in seconds since the epoch (the year 3000): clocks cannot count to any number.
LATEST = 32_503_680_000
NOT_VALID = "The token is not valid."
MALFORMED, CLAIMS = "malformed", "claims"
# Why a token was refused: for the log, not for the client. The first kind that fits.
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "not valid yet"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidAlgorithmError, "algorithm"),
    (jwt.DecodeError, MALFORMED),
)
MISSING = {"iss": "issuer", "aud": "audience"}


MAX_TOKEN_LENGTH = 4_096  # characters; what reads a token looks at each of them


class RefusedTokenError(UnauthenticatedError):
    """An invalid token, with the reason, which the message does not reveal."""

    def __init__(self, reason: str, message: str = NOT_VALID) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class TokenService:
    """Issues tokens and reads them; `issuer` and `audience` are checked when set.

    With a secret, tokens signed by HS256 are good; with keys, those signed by RS256 and ES256. A token's header chooses
    among these, and never what a key is used for.
    """

    secret: str | None
    issuer: str | None = None
    audience: str | None = None
    keys: JwksCache | None = None

    def issue(self, identity: Identity, lifetime: timedelta, *, now: datetime | None = None) -> str:
        """Create a token for an identity, signed with the secret."""
        claims: dict[str, Any] = {
            "sub": identity.id,
            "tenant": identity.tenant_id,
            "role": identity.role.lower(),
            "email": identity.email,
            "name": identity.name,
            "iss": self.issuer,
            "aud": self.audience,
            "exp": (now or datetime.now(UTC)) + lifetime,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, self.secret or "", ALGORITHM)

    async def authenticate(self, authorization: str | None) -> Identity | PublicError | None:
        """Read the identity in an `Authorization` header; None without a token, the error to give for a bad one.

        Why it is bad is in each line of the log about this request.
        """
        token = parse_bearer(authorization)
        if token is None:
            return None
        try:
            if len(token) > MAX_TOKEN_LENGTH:
                raise RefusedTokenError(MALFORMED)
            if self.keys:
                id, algorithm = _header(token)
                if algorithm in ALGORITHMS:
                    await self.keys.ensure_key(id, algorithm)
            return self.verify(token)
        except RefusedTokenError as error:
            structlog.contextvars.bind_contextvars(token_refused=error.reason)
            return error

    def verify(self, token: str) -> Identity:
        """Read the identity in a token, by the known keys. Raises `RefusedTokenError`: it tells a forger nothing."""
        key, algorithm = self._key(token)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self.issuer,
                audience=self.audience,
                leeway=LEEWAY,
                options={"require": REQUIRED, "verify_aud": self.audience is not None},
            )
        except jwt.ExpiredSignatureError:
            raise RefusedTokenError("expired", "The token has expired.") from None
        except (jwt.PyJWTError, ValueError, OverflowError) as error:  # an `exp` may be no number, or none that ends
            raise RefusedTokenError(_reason(error)) from None
        return _identity(claims)

    def _key(self, token: str) -> tuple[Any, str]:
        """Return the key and the algorithm that a token must be signed with."""
        id, algorithm = _header(token)
        if algorithm == ALGORITHM and self.secret:
            return self.secret, algorithm
        key = self.keys.get_key(id, algorithm) if self.keys and algorithm in ALGORITHMS else None
        if key is None:
            raise RefusedTokenError("kid" if self.keys and algorithm in ALGORITHMS else "algorithm")
        return key, algorithm


async def identify(connection: HTTPConnection, tokens: TokenService) -> Identity | PublicError | None:
    """Read the identity of a request; its token is checked once, however many ask."""
    state = connection.scope.setdefault("state", {})
    if "identity" not in state:
        state["identity"] = await tokens.authenticate(connection.headers.get("authorization"))
    identity: Identity | PublicError | None = state["identity"]
    return identity


def create_token_service(settings: Settings) -> TokenService:
    """Create the token service from settings. Raises `ConfigurationError` if tokens could not be verified at all."""
    keys = JwksCache(settings.token_jwks_url) if settings.token_jwks_url else None
    secret = settings.secret if settings.token_secret or keys is None else None
    return TokenService(secret, settings.token_issuer, settings.token_audience, keys)


def _reason(error: Exception) -> str:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return MISSING.get(error.claim, CLAIMS)
    return next((reason for kind, reason in REASONS if isinstance(error, kind)), CLAIMS)


def _header(token: str) -> tuple[str | None, str]:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise RefusedTokenError(MALFORMED) from None
    return header.get("kid"), str(header.get("alg"))


def _identity(claims: dict[str, Any]) -> Identity:
    user, tenant, role = (claims[name] for name in ("sub", "tenant", "role"))
    if not all(isinstance(text, str) and 0 < len(text) <= 128 for text in (user, tenant, role)):
        raise RefusedTokenError(CLAIMS)
    return Identity(
        sanitize(user),
        sanitize(tenant),
        role,
        email=_text(claims.get("email")),
        name=_text(claims.get("name")),
        expires_at=(min(int(claims["exp"]), LATEST) + LEEWAY) * 1_000_000,
    )


def parse_bearer(header: str | None) -> str | None:
    """Return the token in an Authorization header, if there is one (RFC 6750, section 2.1)."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _text(claim: Any) -> str | None:
    return sanitize(claim) if isinstance(claim, str) else None
