"""Viewers: an identity with what the database says of it. Source: docs/numbers.md, "Who sees what"."""

from sqlalchemy import select

from analytics.domain.access import Identity, Role, Viewer, viewer_role
from analytics.domain.errors import ForbiddenError
from analytics.domain.query_spec import DEFAULT_REPLY_WINDOW_DAYS, AccessScope
from analytics.domain.time_zones import DEFAULT_TIME_ZONE
from analytics.storage.database import Reader
from analytics.storage.tables import members, tenants


async def load_viewer(reader: Reader, identity: Identity, mask_phones: bool) -> Viewer:
    """Load the viewer behind an identity, with their departments of now. Raises `ForbiddenError` for other roles.

    With `mask_phones` phones of recipients are masked for supervisors.
    """
    role = viewer_role(identity)
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
        scope=AccessScope(
            identity.tenant_id, await _departments(reader, identity, role), mask_phones and role is Role.SUPERVISOR
        ),
        time_zone=zone or DEFAULT_TIME_ZONE,
        reply_window_days=DEFAULT_REPLY_WINDOW_DAYS if window is None else window,
    )


async def _departments(reader: Reader, identity: Identity, role: Role) -> frozenset[str] | None:
    if role is not Role.SUPERVISOR:
        return None
    rows = await reader.rows(
        select(members.c.department_id).where(
            members.c.tenant_id == identity.tenant_id,
            members.c.user_id == identity.id,
            members.c.present,
        )
    )
    return frozenset(row.department_id for row in rows)
