"""Buttons that replies tapped"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("reply_button", sa.Text(), nullable=True))
    op.add_column("replies", sa.Column("button_payload", sa.Text(), nullable=True))
    op.add_column("replies", sa.Column("button_index", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("replies") as altered:
        altered.drop_column("button_index")
        altered.drop_column("button_payload")
    with op.batch_alter_table("messages") as altered:
        altered.drop_column("reply_button")
