"""Record the people erased, and the instant from which messages are kept"""

import sqlalchemy as sa
from alembic import op

# Strings compare by code point on both databases.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pseudonym_keys",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "forgotten",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("pseudonym", KEY, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "pseudonym"),
    )
    op.add_column("rollup_states", sa.Column("kept_from", sa.Integer(), nullable=True))
    op.add_column("rollup_states", sa.Column("kept_since", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rollup_states") as states:
        states.drop_column("kept_since")
        states.drop_column("kept_from")
    op.drop_table("forgotten")
    op.drop_table("pseudonym_keys")
