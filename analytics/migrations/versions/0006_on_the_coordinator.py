"""Tables for reads over all tenants that are repeated each second; they stay on Citus' coordinator"""

import sqlalchemy as sa
from alembic import op

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Read and then written: Citus has the rows on its nodes, and these tables on the coordinator.
FILLED_FROM = {
    "known_tenants": "SELECT tenant_id FROM tenants",
    "webhook_queue": "SELECT tenant_id, received_at, id FROM webhooks WHERE applied_at IS NULL",
}
ROWS = 10_000  # at a time


def upgrade() -> None:
    tables = {
        "known_tenants": op.create_table("known_tenants", sa.Column("tenant_id", KEY, primary_key=True)),
        "webhook_queue": op.create_table(
            "webhook_queue",
            sa.Column("tenant_id", KEY, nullable=False),
            sa.Column("received_at", sa.BigInteger(), nullable=False),
            sa.Column("id", KEY, nullable=False),
            sa.PrimaryKeyConstraint("tenant_id", "received_at", "id"),
        ),
    }
    for name, statement in FILLED_FROM.items():
        for rows in op.get_bind().execute(sa.text(statement)).mappings().partitions(ROWS):
            op.bulk_insert(tables[name], [dict(row) for row in rows])


def downgrade() -> None:
    op.drop_table("webhook_queue")
    op.drop_table("known_tenants")
