"""The summary sheet of a workbook: the filter, the requester, the time as of which data were read, and the funnel.

It is read with the same reader as the rows, so that both show the same snapshot of the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.domain.measures.funnel import METRICS, FunnelCounts, total
from analytics.domain.query_spec import DIMENSIONS, AccessScope, Dimension, QuerySpec
from analytics.domain.templates import Ids
from analytics.domain.text import Locale
from analytics.exports.records import Export
from analytics.reports.directory import ENTITY_TYPE_BY_COLUMN, entities_by_id, normalize
from analytics.reports.planner import AggregateQuery, Grouping
from analytics.reports.runner import run_aggregate
from analytics.storage.database import Reader
from tasks.exports.condition_words import describe_conditions
from tasks.exports.writers.xlsx_writer import Line, Summary


@dataclass(frozen=True)
class SummaryLabels:
    """The texts of the summary in one language."""

    name: str
    first: str
    last: str
    zone: str
    categories: str
    languages: str
    every: str
    none: str
    requester: str
    asked_at: str
    read_at: str
    rows: str
    table: tuple[str, str, str, str]  # the header of the funnel
    steps: Mapping[str, str]
    shares: Mapping[str, str]


LABELS: Mapping[Locale, SummaryLabels] = {
    Locale.ES: SummaryLabels(
        name="Exportación",
        first="Desde (fecha de envío, incluida)",
        last="Hasta (fecha de envío, incluida)",
        zone="Zona horaria",
        categories="Tipos de plantilla",
        languages="Idiomas de plantilla",
        every="Sin restricción",
        none="Ninguno",
        requester="Solicitada por",
        asked_at="Solicitada el",
        read_at="Datos al",
        rows="Filas",
        table=("Embudo", "Mensajes", "Tickets creados", "Tasa"),
        steps={
            "messages": "Mensajes",
            "sent": "Enviados",
            "bounced": "Rebotados",
            "pending": "Pendientes",
            "delivered": "Entregados",
            "read": "Leídos",
            "responded": "Respondidos",
        },
        shares={"messages": "de los mensajes", "sent": "de los enviados", "delivered": "de los entregados"},
    ),
    Locale.EN: SummaryLabels(
        name="Export",
        first="From (send date, included)",
        last="To (send date, included)",
        zone="Time zone",
        categories="Template categories",
        languages="Template languages",
        every="No restriction",
        none="None",
        requester="Requested by",
        asked_at="Requested at",
        read_at="Data as of",
        rows="Rows",
        table=("Funnel", "Messages", "Tickets created", "Rate"),
        steps={
            "messages": "Messages",
            "sent": "Sent",
            "bounced": "Bounced",
            "pending": "Pending",
            "delivered": "Delivered",
            "read": "Read",
            "responded": "Responded",
        },
        shares={"messages": "of messages", "sent": "of sent", "delivered": "of delivered"},
    ),
}


async def summary(reader: Reader, export: Export, spec: QuerySpec, rows: int, read_at: int) -> Summary:
    """Return the lines of an export's summary.

    `spec` is the export's with its categories and languages resolved, `rows` is the number of rows in the export,
    `read_at` the time when `reader` began, in microseconds.
    """
    labels = LABELS[export.locale]
    counts = total((await run_aggregate(reader, AggregateQuery(spec, Grouping.DEPARTMENT))).values())
    restrictions = [
        (dimension.titles[export.locale], await _restriction(reader, spec, dimension, labels))
        for dimension in DIMENSIONS
        if not dimension.excluded or getattr(spec, dimension.field)
    ]
    return [
        (labels.name, export.name),
        (labels.first, str(spec.first)),
        (labels.last, str(spec.last)),
        (labels.zone, spec.time_zone),
        *restrictions,
        *_by_template(spec, labels),
        *([] if spec.where is None else [describe_conditions(spec.where, export.locale)]),
        (labels.requester, _person(export)),
        (labels.asked_at, spec.zone.aware(export.created_at)),
        (labels.read_at, spec.zone.aware(read_at)),
        (labels.rows, rows),
        ("", None),
        labels.table,
        *_funnel(counts, labels),
    ]


def _by_template(spec: QuerySpec, labels: SummaryLabels) -> list[tuple[str, str]]:
    """Return the lines of the categories and languages, if they are filtered by."""
    filtered = ((labels.categories, spec.categories), (labels.languages, spec.languages))
    return [(title, "; ".join(sorted(values)) or labels.none) for title, values in filtered if values is not None]


async def _restriction(reader: Reader, spec: QuerySpec, dimension: Dimension, labels: SummaryLabels) -> str:
    ids: Ids = getattr(spec, dimension.field)
    if ids is None:
        return labels.every
    return "; ".join(await names_of(reader, spec.scope, dimension, ids)) or labels.none


async def names_of(reader: Reader, scope: AccessScope, dimension: Dimension, ids: frozenset[str]) -> list[str]:
    """Return the newest names of a dimension's ids, sorted.

    An id is its own name where the directory has none, and where a viewer of the scope may not see it.
    """
    entity_type = ENTITY_TYPE_BY_COLUMN.get(dimension.column)
    seen = await entities_by_id(reader, scope, entity_type, ids) if entity_type else []
    named = {entity.id: entity.name for entity in seen}
    return sorted((named.get(id, id) for id in ids), key=lambda name: (normalize(name), name))


def _person(export: Export) -> str:
    requester = export.requester
    if requester.name and requester.email:
        return f"{requester.name} <{requester.email}>"
    return requester.name or requester.email or requester.id


def _funnel(counts: FunnelCounts, labels: SummaryLabels) -> list[Line]:
    lines: list[Line] = []
    for metric in METRICS:
        step = counts.step(metric.slug)
        share = () if metric.slug == "messages" else (step.rate, labels.shares[metric.base])
        lines.append((labels.steps[metric.slug], step.count, step.tickets, *share))
    return lines
