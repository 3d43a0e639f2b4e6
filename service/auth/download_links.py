"""Download links: signed for one export and one viewer, with a short lifetime."""

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
    """Signs and verifies links. Their key is derived from the token secret, so a link is no token and vice versa."""

    secret: str
    lifetime: timedelta

    @property
    def _key(self) -> bytes:
        return blake2b(self.secret.encode(), person=b"embudo-links").digest()

    def sign(self, viewer: Viewer, export: Export) -> str:
        """Return the path and query with which a viewer may download an export's file."""
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
        """Return the viewer's identity for whom a link to an export was signed; None if it is invalid or expired."""
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
