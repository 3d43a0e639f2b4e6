"""Identities, roles and viewers. Source: docs/numbers.md, "Who sees what"."""

from dataclasses import dataclass, field
from enum import StrEnum

from analytics.domain.message_conditions import MessageConditions
from analytics.domain.query_spec import AccessScope, MessageFilter, QuerySpec, build_spec


class Role(StrEnum):
    """The roles that may see numbers. Anyone of another role sees nothing."""

    ADMINISTRATOR = "ADMINISTRATOR"
    ANALYST = "ANALYST"
    SUPERVISOR = "SUPERVISOR"


# The words of tokens, in any case. Not by `upper`: it makes an ordinary I of a dotless one.
ROLE_BY_NAME = {role.value.lower(): role for role in Role}


@dataclass(frozen=True)
class Identity:
    """The content of a token: a user, their tenant, and their role in the token's own word."""

    id: str
    tenant_id: str
    role: str
    email: str | None = None
    name: str | None = None
    # The expiry of the token, in microseconds; None: never. Not compared: a person stays the same with a new token.
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

    def specify(self, filter: MessageFilter, now: int, where: MessageConditions | None = None) -> QuerySpec:
        """The specification of a filter as this viewer may run it, as of `now` in microseconds."""
        return build_spec(
            filter,
            self.scope,
            tenant_time_zone=self.time_zone,
            reply_window_days=self.reply_window_days,
            now=now,
            where=where,
        )


def viewer_role(identity: Identity) -> Role | None:
    """The role in which an identity may see numbers; None if it may not."""
    return ROLE_BY_NAME.get(identity.role.lower()) if identity.role.isascii() else None


def has_viewer_role(identity: Identity) -> bool:
    """True if an identity's role may see numbers."""
    return viewer_role(identity) is not None
