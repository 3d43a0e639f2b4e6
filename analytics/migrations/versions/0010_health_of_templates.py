"""Quality and reasons in WhatsApp's notices about templates, and people's own annotations"""

import sqlalchemy as sa
from alembic import op

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WORDS = ("quality", "previous_quality", "previous_category", "announced_category", "reason", "title")
INSTANTS = ("announced_for", "disabled_at")


def upgrade() -> None:
    for name in WORDS:
        op.add_column("template_notices", sa.Column(name, sa.Text(), nullable=True))
    for name in INSTANTS:
        op.add_column("template_notices", sa.Column(name, sa.BigInteger(), nullable=True))
    op.create_table(
        "annotations",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=True),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )


def downgrade() -> None:
    op.drop_table("annotations")
    with op.batch_alter_table("template_notices") as altered:
        for name in (*WORDS, *INSTANTS):
            altered.drop_column(name)
