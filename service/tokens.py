"""Tokens: who is asking. Signed JSON Web Tokens with HS256 (RFC 7519)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from analytics.errors import Unauthenticated
from analytics.texts import clean
from analytics.viewers import Identity

ALGORITHM = "HS256"
REQUIRED = ["exp", "sub", "tenant", "role"]
# Clocks of two machines may differ by this much, in seconds.
LEEWAY = 30


@dataclass(frozen=True)
class Tokens:
    """Issues tokens and reads them; `issuer` and `audience` are checked when set."""

    secret: str
    issuer: str | None = None
    audience: str | None = None

    def issue(self, identity: Identity, lifetime: timedelta, *, now: datetime | None = None) -> str:
        """A token for someone."""
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
        return jwt.encode(present, self.secret, ALGORITHM)

    def read(self, token: str) -> Identity:
        """Who a token speaks for. Raises `Unauthenticated`, which tells a forger nothing."""
        try:
            claims = jwt.decode(
                token,
                self.secret,
                algorithms=[ALGORITHM],
                issuer=self.issuer,
                audience=self.audience,
                leeway=LEEWAY,
                options={"require": REQUIRED, "verify_aud": self.audience is not None},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("The token has expired.") from None
        except jwt.InvalidTokenError:
            raise Unauthenticated("The token is not valid.") from None
        user, tenant, role = (claims[name] for name in ("sub", "tenant", "role"))
        if not all(isinstance(text, str) and 0 < len(text) <= 128 for text in (user, tenant, role)):
            raise Unauthenticated("The token is not valid.")
        return Identity(
            clean(user), clean(tenant), role, email=_text(claims.get("email")), name=_text(claims.get("name"))
        )


def _text(claim: Any) -> str | None:
    return clean(claim) if isinstance(claim, str) else None
