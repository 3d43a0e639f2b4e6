"""The sections of the view as plain SQL on the message rows: on DuckDB, and on PostgreSQL with a good index."""

from collections.abc import Iterator

SENT, DELIVERED, READ = "status IN (2, 3, 4)", "status IN (3, 4)", "status = 4"
RESPONDED = "replied_at IS NOT NULL"
FUNNEL = ", ".join(
    f"count(*) FILTER (WHERE {condition}{ticket})"
    for condition in ("true", SENT, "status = 1", "status = 0", DELIVERED, READ, RESPONDED)
    for ticket in ("", " AND ticket_created")
)
TABLE = ", ".join(
    f"count(*) FILTER (WHERE {condition})" for condition in ("ticket_created", "true", SENT, DELIVERED, READ, RESPONDED)
)
ORDER = "ORDER BY count(*) DESC LIMIT 50"


def sections(where: str, series: str, hour: str) -> Iterator[str]:
    """The statements of one view: `series` is the key of the series' points, `hour` the hour of a reply."""
    yield f"SELECT {FUNNEL} FROM messages WHERE {where}"
    yield f"SELECT agent_id, department_id, {TABLE} FROM messages WHERE {where} GROUP BY 1, 2 {ORDER}"
    yield f"SELECT department_id, {TABLE} FROM messages WHERE {where} GROUP BY 1 {ORDER}"
    yield f"SELECT template_id, {TABLE} FROM messages WHERE {where} GROUP BY 1 {ORDER}"
    yield f"SELECT DISTINCT template_id, department_id FROM messages WHERE {where}"
    yield f"SELECT {series}, {FUNNEL} FROM messages WHERE {where} GROUP BY 1"
    yield f"SELECT {hour} % 24, count(*) FROM messages WHERE {where} AND {RESPONDED} GROUP BY 1"
    yield f"SELECT {hour} % 168, count(*) FROM messages WHERE {where} AND {RESPONDED} GROUP BY 1"


def where(first: int, until: int, filters: dict[str, list[str]], tenant: str | None = None) -> str:
    """A condition: sent in [first, until), in microseconds, and one of the ids of each filtered column."""
    conditions = [f"sent_at >= {first} AND sent_at < {until}"]
    if tenant is not None:
        conditions.append(f"tenant_id = '{tenant}'")
    for column, ids in filters.items():
        conditions.append(f"{column} IN ({', '.join(repr(id) for id in ids)})")
    return " AND ".join(conditions)
