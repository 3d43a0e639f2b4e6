"""Who is asking, and what they may see. Source: mission, "Access"; semantics, "Scope"."""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select

from analytics.domain.errors import ForbiddenError
from analytics.domain.query_spec import DEFAULT_REPLY_WINDOW_DAYS, AccessScope, MessageFilter, QuerySpec, build_spec
from analytics.domain.time_zones import DEFAULT_TIME_ZONE
from analytics.storage.database import Reader
from analytics.storage.tables import members, tenants


class Role(StrEnum):
    """What a person may do. Anyone of another role sees nothing."""

    ADMINISTRATOR = "ADMINISTRATOR"
    ANALYST = "ANALYST"
    SUPERVISOR = "SUPERVISOR"


# The words of tokens, in any case. Not by `upper`: it makes an ordinary I of a dotless one.
ROLE_BY_NAME = {role.value.lower(): role for role in Role}


def _role(word: str) -> Role | None:
    return ROLE_BY_NAME.get(word.lower()) if word.isascii() else None


@dataclass(frozen=True)
class Identity:
    """What a token says: who, of which tenant, in which role (the token's own word)."""

    id: str
    tenant_id: str
    role: str
    email: str | None = None
    name: str | None = None
    # When the token is over, in microseconds; None: never. The same person before and after a new token.
    expires_at: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Viewer:
    """A person who may see numbers, and their tenant's settings at this moment."""

    id: str
    role: Role
    email: str | None
    name: str | None
    scope: AccessScope
    time_zone: str
    reply_window_days: int

    def specify(self, filter: MessageFilter, now: int) -> QuerySpec:
        """The specification of a filter as this viewer may run it, as of `now` in microseconds."""
        return build_spec(
            filter,
            self.scope,
            tenant_time_zone=self.time_zone,
            reply_window_days=self.reply_window_days,
            now=now,
        )


def has_viewer_role(identity: Identity) -> bool:
    """Whether somebody's role is one that may see numbers."""
    return _role(identity.role) is not None


async def load_viewer(reader: Reader, identity: Identity) -> Viewer:
    """The viewer behind an identity, with the memberships of now. Raises `ForbiddenError` for other roles."""
    role = _role(identity.role)
    if role is None:
        raise ForbiddenError("Your role may not see campaign analytics.")
    tenant = await reader.first(
        select(tenants.c.time_zone, tenants.c.reply_window_days).where(tenants.c.tenant_id == identity.tenant_id)
    )
    zone, window = tuple(tenant or (None, None))
    return Viewer(
        id=identity.id,
        role=role,
        email=identity.email,
        name=identity.name,
        scope=AccessScope(identity.tenant_id, await _departments(reader, identity, role)),
        time_zone=zone or DEFAULT_TIME_ZONE,
        reply_window_days=DEFAULT_REPLY_WINDOW_DAYS if window is None else window,
    )


async def _departments(reader: Reader, identity: Identity, role: Role) -> frozenset[str] | None:
    if role is not Role.SUPERVISOR:
        return None
    found = await reader.rows(
        select(members.c.department_id).where(
            members.c.tenant_id == identity.tenant_id,
            members.c.user_id == identity.id,
            members.c.present,
        )
    )
    return frozenset(row.department_id for row in found)
