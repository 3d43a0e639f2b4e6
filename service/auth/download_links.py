"""Download links: signed for one export and one viewer, and soon over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import jwt
from jwt.utils import base64url_decode, base64url_encode

from analytics.domain.access import Identity, Viewer
from analytics.exports.records import Export

AUDIENCE = "embudo-export-file"


@dataclass(frozen=True)
class DownloadLinkSigner:
    """Makes and reads links. Their key is derived from the token secret, so neither passes for the other."""

    secret: str
    lifetime: timedelta

    @property
    def _key(self) -> bytes:
        return blake2b(self.secret.encode(), person=b"embudo-links").digest()

    def sign(self, viewer: Viewer, export: Export) -> str:
        """The path and query under which a viewer may fetch an export's file."""
        claims = {
            "aud": AUDIENCE,
            "exp": datetime.now(UTC) + self.lifetime,
            "export": export.id,
            "tenant": viewer.scope.tenant_id,
            "sub": viewer.id,
            "role": viewer.role,
        }
        return f"/exports/{export.id}/file?signature={jwt.encode(claims, self._key, 'HS256')}"

    def verify(self, export_id: str, signature: str) -> Identity | None:
        """For whom a link to an export was signed; None when it was not, or is over."""
        if not _is_canonical_jwt(signature):
            return None
        try:
            claims: dict[str, Any] = jwt.decode(
                signature,
                self._key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                options={"require": ["exp", "export", "tenant", "sub", "role"]},
            )
        except jwt.InvalidTokenError:
            return None
        if claims["export"] != export_id:
            return None
        return Identity(id=claims["sub"], tenant_id=claims["tenant"], role=claims["role"])


def _is_canonical_jwt(signature: str) -> bool:
    """Return True if its parts are encoded as ours are: base64 without padding, and no bits left over."""
    try:
        return all(base64url_encode(base64url_decode(part)).decode() == part for part in signature.split("."))
    except ValueError:
        return False
