"""Rollups without any dimension, filled from those by department

A process that does not know them would not keep them up to date, so none may write meanwhile: they are older than the
first release.
"""

import sqlalchemy as sa
from alembic import op

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
ROWS = 1_000  # at a time

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FUNNEL = tuple(
    f"{metric}{tickets}"
    for tickets in ("", "_tickets")
    for metric in ("messages", "sent", "bounced", "pending", "delivered", "read", "responded")
)
# Each new table: the one that it is summed up from, its further key, and its measures.
TABLES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "rollup_funnel_tenant": ("rollup_funnel_department", (), FUNNEL),
    "rollup_responses_tenant": ("rollup_responses_department", ("hour_of_week",), ("responses",)),
    "rollup_response_times_tenant": ("rollup_response_times_department", ("response_bin",), ("responses",)),
}


def upgrade() -> None:
    connection = op.get_bind()
    # Tenant by tenant: on Citus each is read on its own node.
    tenants = connection.execute(sa.text("SELECT tenant_id FROM tenants")).scalars().all()
    for name, (source, further, measures) in TABLES.items():
        table = op.create_table(
            name,
            sa.Column("tenant_id", KEY, nullable=False),
            sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
            *(sa.Column(column, sa.Integer(), nullable=False) for column in further),
            *(sa.Column(column, sa.BigInteger(), nullable=False) for column in measures),
            sa.PrimaryKeyConstraint("tenant_id", "period", *further),
            sqlite_with_rowid=False,
        )
        by_department = sa.table(source, *map(sa.column, ("tenant_id", "period", *further, *measures))).c
        keys = [by_department[column] for column in ("tenant_id", "period", *further)]
        sums = [sa.cast(sa.func.sum(by_department[column]), sa.BigInteger).label(column) for column in measures]
        statement = sa.select(*keys, *sums).group_by(*keys)
        for tenant in tenants:
            rows = connection.execute(statement.where(by_department.tenant_id == tenant)).mappings()
            for some in rows.partitions(ROWS):
                op.bulk_insert(table, [dict(row) for row in some])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
