"""Checksums of exports' files"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exports", sa.Column("file_digest", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("exports") as altered:
        altered.drop_column("file_digest")
