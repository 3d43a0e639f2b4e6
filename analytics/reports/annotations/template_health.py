"""The health of a tenant's templates: what WhatsApp's notices say of each, by the template's id."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select

from analytics.reports.annotations.template_changes import Notice, TemplateHealth, health_of
from analytics.reports.availability import read_cached
from analytics.reports.directory import Version, load_notices, notices_by_template, statements_of
from analytics.storage.database import AnyRow, Reader
from analytics.storage.tables import templates

# Memory that the health of templates takes at most: of all, of one template, and of one change.
KEY_BYTES, TEMPLATE_BYTES, CHANGE_BYTES = 1_024, 1_024, 512


async def load_health(reader: Reader, tenant: str) -> Mapping[str, TemplateHealth]:
    """Load the health of the templates that there are notices about, from memory if nothing changed since.

    A notice may name a template by a name that only one has, so all templates are read.
    """
    return await read_cached(
        reader,
        tenant,
        "template health",
        lambda: _read_health(reader, tenant),
        lambda health: (
            KEY_BYTES + sum(TEMPLATE_BYTES + CHANGE_BYTES * len(of_template.changes) for of_template in health.values())
        ),
    )


async def _read_health(reader: Reader, tenant: str) -> Mapping[str, TemplateHealth]:
    notices = await load_notices(reader, tenant)
    if not notices:
        return {}
    newest: dict[str, Version] = defaultdict(dict)
    for row in await reader.rows(
        select(templates).where(templates.c.tenant_id == tenant).order_by(templates.c.id, templates.c.at)
    ):
        newest[row.id] = newest[row.id] | statements_of(row)
    by_template = notices_by_template(newest, notices)
    return {id: health_of(map(_notice, told)) for id, told in by_template.items() if told}


def _notice(row: AnyRow) -> Notice:
    return Notice(*(getattr(row, name) for name in Notice._fields))
