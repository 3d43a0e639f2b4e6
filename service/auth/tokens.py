"""Tokens: JSON Web Tokens (RFC 7519) signed with our secret, or with an identity provider's keys."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt

from analytics.domain.access import Identity
from analytics.domain.errors import PublicError, UnauthenticatedError
from analytics.domain.text import sanitize

if TYPE_CHECKING:  # `embudo token` needs no client for HTTP
    from service.auth.jwks import JwksCache

ALGORITHM = "HS256"
REQUIRED = ["exp", "sub", "tenant", "role"]
# Clocks of two machines may differ by this much, in seconds.
LEEWAY = 30
# Seconds since the epoch (the year 3000). A later `exp` counts as this: timers overflow with larger numbers.
LATEST = 32_503_680_000
NOT_VALID = "The token is not valid."
MALFORMED, CLAIMS = "malformed", "claims"
# Reasons for refusing a token, for the log and not for the client; the first type that matches applies.
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "not valid yet"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidAlgorithmError, "algorithm"),
    (jwt.DecodeError, MALFORMED),
)
# The reason for a missing claim; `CLAIMS` for all others.
MISSING = {"iss": "issuer", "aud": "audience"}


MAX_TOKEN_LENGTH = 4_096  # characters; decoding takes time for each of them


class RefusedTokenError(UnauthenticatedError):
    """An invalid token. `reason` is for the log; the message tells the client only that a token has expired."""

    def __init__(self, reason: str, message: str = NOT_VALID) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class TokenService:
    """Issues tokens and reads them; `issuer` and `audience` are checked when set.

    The secret verifies tokens signed with HS256, the keys those signed with RS256 or ES256. A token's header selects
    one of these algorithms, but cannot make a key serve another algorithm than its own.
    """

    secret: str | None
    issuer: str | None = None
    audience: str | None = None
    keys: "JwksCache | None" = None

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
        """Return the identity in an `Authorization` header, None without a token, or the error for an invalid token."""
        token = parse_bearer(authorization)
        if token is None:
            return None
        try:
            if len(token) > MAX_TOKEN_LENGTH:
                raise RefusedTokenError(MALFORMED)
            if self.keys:
                id, algorithm = _header(token)
                if algorithm in self.keys.algorithms:
                    await self.keys.ensure_key(id, algorithm)
            return self.verify(token)
        except RefusedTokenError as error:
            return error

    def verify(self, token: str) -> Identity:
        """Verify a token with the secret or a cached key, and return its identity.

        Raises `RefusedTokenError`, whose message does not help a forger.
        """
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
        except (jwt.PyJWTError, ValueError, OverflowError) as error:  # `exp` may be no number, NaN or infinite
            raise RefusedTokenError(_reason(error)) from None
        return _identity(claims)

    def _key(self, token: str) -> tuple[Any, str]:
        """Return the key and the algorithm to verify a token with. Raises `RefusedTokenError` if there is none."""
        id, algorithm = _header(token)
        if algorithm == ALGORITHM and self.secret:
            return self.secret, algorithm
        if self.keys is None or algorithm not in self.keys.algorithms:
            raise RefusedTokenError("algorithm")
        key = self.keys.get_key(id, algorithm)
        if key is None:
            raise RefusedTokenError("kid")
        return key, algorithm


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
