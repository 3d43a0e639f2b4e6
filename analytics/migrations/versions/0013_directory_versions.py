"""A version of each tenant's directory"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rollup_states", sa.Column("directory_version", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rollup_states") as altered:
        altered.drop_column("directory_version")
