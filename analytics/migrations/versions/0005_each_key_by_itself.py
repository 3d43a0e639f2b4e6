"""Statement times of single keys, further names of contacts, kinds of replies"""

from typing import Any

import sqlalchemy as sa
from alembic import op

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS: dict[str, dict[str, Any]] = {
    "tenants": {"stated": sa.Text(), "derivation": sa.Integer()},
    "departments": {"nulls": sa.Text()},
    "agents": {"nulls": sa.Text()},
    "accounts": {"nulls": sa.Text()},
    "templates": {"nulls": sa.Text()},
    "messages": {
        "stated": sa.Text(),
        "earlier_wamids": sa.Text(),
        "recipients": sa.Text(),
        "accepted_at": sa.BigInteger(),
        "delivered_at": sa.BigInteger(),
        "read_at": sa.BigInteger(),
        "failed_at": sa.BigInteger(),
        "reply_kind": sa.Text(),
    },
    "receipts": {"failed_code_at": sa.BigInteger(), "recipients": sa.Text(), "events": sa.Text()},
    "replies": {"kind": sa.Text(), "names": sa.Text(), "in_group": sa.Boolean(), "from_ad": sa.Boolean()},
    "exports": {"columns": sa.Text(), "separator": sa.Text()},
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, type_ in columns.items():
            op.add_column(table, sa.Column(name, type_, nullable=True))
    for table, of in (("message_aliases", "message_id"), ("reply_aliases", "reply_id")):
        op.create_table(
            table,
            sa.Column("tenant_id", KEY, nullable=False),
            sa.Column("alias", KEY, nullable=False),
            sa.Column(of, KEY, nullable=False),
            sa.PrimaryKeyConstraint("tenant_id", "alias", of),
        )
    op.create_table(
        "contact_changes",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("new_name", KEY, nullable=False),
        sa.Column("old_name", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "new_name", "old_name"),
    )
    op.create_index("contact_changes_by_old_name", "contact_changes", ["tenant_id", "old_name"])
    op.create_table(
        "early_messages",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )


def downgrade() -> None:
    for table in ("early_messages", "contact_changes", "reply_aliases", "message_aliases"):
        op.drop_table(table)
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as altered:
            for name in columns:
                altered.drop_column(name)
