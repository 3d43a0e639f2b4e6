"""Delivered messages by the hour of sending

Nothing that is stored has those hours, so all rollups of each tenant are built again from its messages, by the first
process that writes or maintains it. Of days whose messages were dropped before there are no send times.
"""

import sqlalchemy as sa
from alembic import op

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Each new table and its dimensions.
TABLES: dict[str, tuple[str, ...]] = {
    "rollup_send_times_tenant": (),
    "rollup_send_times_department": ("department_id",),
    "rollup_send_times_template": ("template_id", "department_id"),
}
MEASURES = ("delivered", "responded", "response_bins")


def upgrade() -> None:
    for name, dimensions in TABLES.items():
        op.create_table(
            name,
            sa.Column("tenant_id", KEY, nullable=False),
            sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
            *(sa.Column(column, KEY, nullable=False) for column in dimensions),
            sa.Column("hour_of_week", sa.Integer(), nullable=False),
            *(sa.Column(column, sa.BigInteger(), nullable=False) for column in MEASURES),
            sa.PrimaryKeyConstraint("tenant_id", "period", *dimensions, "hour_of_week"),
            sqlite_with_rowid=False,
        )
    op.create_index(
        "rollup_send_times_template_by_template_id",
        "rollup_send_times_template",
        ["tenant_id", "template_id", "period"],
    )
    connection = op.get_bind()
    # No zone has empty rules: rollups of other rules than the zone's are built again. Tenant by tenant, as Citus wants.
    for tenant in connection.execute(sa.text("SELECT tenant_id FROM tenants")).scalars().all():
        states = sa.table("rollup_states", sa.column("tenant_id"), sa.column("zone_rules"))
        connection.execute(sa.update(states).where(states.c.tenant_id == tenant).values(zone_rules=""))


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
