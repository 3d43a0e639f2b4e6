"""Conditions and counts of message rows as plain SQL."""

SENT, DELIVERED, READ = "status IN (2, 3, 4)", "status IN (3, 4)", "status = 4"
RESPONDED = "replied_at IS NOT NULL"
FUNNEL = ", ".join(
    f"count(*) FILTER (WHERE {condition}{ticket})"
    for condition in ("true", SENT, "status = 1", "status = 0", DELIVERED, READ, RESPONDED)
    for ticket in ("", " AND ticket_created")
)


def where(first: int, until: int, filters: dict[str, list[str]], tenant: str | None = None) -> str:
    """A condition: sent in [first, until), in microseconds, and one of the ids of each filtered column."""
    conditions = [f"sent_at >= {first} AND sent_at < {until}"]
    if tenant is not None:
        conditions.append(f"tenant_id = '{tenant}'")
    for column, ids in filters.items():
        conditions.append(f"{column} IN ({', '.join(repr(id) for id in ids)})")
    return " AND ".join(conditions)
