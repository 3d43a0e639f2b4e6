"""The first tables"""

import sqlalchemy as sa
from alembic import op

# Strings compare by code point on both databases.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_number_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", "at"),
    )
    op.create_table(
        "agents",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", "at"),
    )
    op.create_table(
        "departments",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", "at"),
    )
    op.create_table(
        "error_titles",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "code"),
    )
    op.create_table(
        "exports",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("requester_id", KEY, nullable=False),
        sa.Column("requester_role", sa.Text(), nullable=False),
        sa.Column("requester_name", sa.Text(), nullable=True),
        sa.Column("requester_email", sa.Text(), nullable=True),
        sa.Column("idempotency_key", KEY, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("rows_written", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "exports_due",
        "exports",
        ["status", "lease_until"],
        unique=False,
        postgresql_where=sa.text("status IN ('QUEUED', 'RUNNING', 'CANCELING')"),
        sqlite_where=sa.text("status IN ('QUEUED', 'RUNNING', 'CANCELING')"),
    )
    op.create_index(
        "exports_idempotency",
        "exports",
        ["tenant_id", "requester_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
        sqlite_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_index(
        "exports_newest",
        "exports",
        ["tenant_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "members",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "department_id"),
    )
    op.create_table(
        "messages",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("described_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("template_id", KEY, nullable=False),
        sa.Column("template_category", sa.Text(), nullable=True),
        sa.Column("wamid", KEY, nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("contact_digits", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("ticket_key", sa.Text(), nullable=True),
        sa.Column("ticket_created", sa.Boolean(), nullable=False),
        sa.Column("receipt_status", sa.SmallInteger(), nullable=False),
        sa.Column("failed_code", sa.Integer(), nullable=True),
        sa.Column("reply_id", KEY, nullable=True),
        sa.Column("replied_at", sa.BigInteger(), nullable=True),
        sa.Column("reply_text", sa.Text(), nullable=True),
        sa.Column("response_bin", sa.SmallInteger(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "messages_by_contact_digits",
        "messages",
        ["tenant_id", "contact_digits", "sent_at"],
        unique=False,
        postgresql_where=sa.text("contact_digits IS NOT NULL"),
        sqlite_where=sa.text("contact_digits IS NOT NULL"),
    )
    op.create_index(
        "messages_by_contact_id",
        "messages",
        ["tenant_id", "contact_id", "sent_at"],
        unique=False,
        postgresql_where=sa.text("contact_id IS NOT NULL"),
        sqlite_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "messages_by_ticket_id",
        "messages",
        ["tenant_id", "ticket_id", "sent_at"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
        sqlite_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index("messages_by_time", "messages", ["tenant_id", "sent_at", "id"], unique=False)
    op.create_index(
        "messages_by_wamid",
        "messages",
        ["tenant_id", "wamid", "sent_at"],
        unique=False,
        postgresql_where=sa.text("wamid IS NOT NULL"),
        sqlite_where=sa.text("wamid IS NOT NULL"),
    )
    op.create_table(
        "receipts",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("ref", KEY, nullable=False),
        sa.Column("channel", KEY, nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_code", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "ref", "channel"),
    )
    op.create_index(
        "receipts_unclaimed",
        "receipts",
        ["tenant_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("NOT claimed"),
        sqlite_where=sa.text("claimed = 0"),
    )
    op.create_table(
        "replies",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("phone_number_id", KEY, nullable=True),
        sa.Column("contact_digits", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("in_reply_to", KEY, nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "replies_by_contact_digits",
        "replies",
        ["tenant_id", "contact_digits", "at"],
        unique=False,
        postgresql_where=sa.text("contact_digits IS NOT NULL"),
        sqlite_where=sa.text("contact_digits IS NOT NULL"),
    )
    op.create_index(
        "replies_by_contact_id",
        "replies",
        ["tenant_id", "contact_id", "at"],
        unique=False,
        postgresql_where=sa.text("contact_id IS NOT NULL"),
        sqlite_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "replies_by_in_reply_to",
        "replies",
        ["tenant_id", "in_reply_to", "at"],
        unique=False,
        postgresql_where=sa.text("in_reply_to IS NOT NULL"),
        sqlite_where=sa.text("in_reply_to IS NOT NULL"),
    )
    op.create_index(
        "replies_by_message_id",
        "replies",
        ["tenant_id", "message_id", "at"],
        unique=False,
        postgresql_where=sa.text("message_id IS NOT NULL"),
        sqlite_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_index(
        "replies_by_ticket_id",
        "replies",
        ["tenant_id", "ticket_id", "at"],
        unique=False,
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
        sqlite_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_index(
        "replies_unclaimed",
        "replies",
        ["tenant_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("message_id IS NULL"),
        sqlite_where=sa.text("message_id IS NULL"),
    )
    op.create_table(
        "rollup_bounces_all",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("template_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "period", "department_id", "agent_id", "template_id", "account_id", "code"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "rollup_bounces_all_by_agent_id", "rollup_bounces_all", ["tenant_id", "agent_id", "period"], unique=False
    )
    op.create_index(
        "rollup_bounces_all_by_template_id", "rollup_bounces_all", ["tenant_id", "template_id", "period"], unique=False
    )
    op.create_table(
        "rollup_bounces_department",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "department_id", "code"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_funnel_account",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("bounced", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("responded", sa.BigInteger(), nullable=False),
        sa.Column("messages_tickets", sa.BigInteger(), nullable=False),
        sa.Column("sent_tickets", sa.BigInteger(), nullable=False),
        sa.Column("bounced_tickets", sa.BigInteger(), nullable=False),
        sa.Column("pending_tickets", sa.BigInteger(), nullable=False),
        sa.Column("delivered_tickets", sa.BigInteger(), nullable=False),
        sa.Column("read_tickets", sa.BigInteger(), nullable=False),
        sa.Column("responded_tickets", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "account_id", "department_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_funnel_agent",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("bounced", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("responded", sa.BigInteger(), nullable=False),
        sa.Column("messages_tickets", sa.BigInteger(), nullable=False),
        sa.Column("sent_tickets", sa.BigInteger(), nullable=False),
        sa.Column("bounced_tickets", sa.BigInteger(), nullable=False),
        sa.Column("pending_tickets", sa.BigInteger(), nullable=False),
        sa.Column("delivered_tickets", sa.BigInteger(), nullable=False),
        sa.Column("read_tickets", sa.BigInteger(), nullable=False),
        sa.Column("responded_tickets", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "agent_id", "department_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_funnel_all",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("template_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("bounced", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("responded", sa.BigInteger(), nullable=False),
        sa.Column("messages_tickets", sa.BigInteger(), nullable=False),
        sa.Column("sent_tickets", sa.BigInteger(), nullable=False),
        sa.Column("bounced_tickets", sa.BigInteger(), nullable=False),
        sa.Column("pending_tickets", sa.BigInteger(), nullable=False),
        sa.Column("delivered_tickets", sa.BigInteger(), nullable=False),
        sa.Column("read_tickets", sa.BigInteger(), nullable=False),
        sa.Column("responded_tickets", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "department_id", "agent_id", "template_id", "account_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "rollup_funnel_all_by_agent_id", "rollup_funnel_all", ["tenant_id", "agent_id", "period"], unique=False
    )
    op.create_index(
        "rollup_funnel_all_by_template_id", "rollup_funnel_all", ["tenant_id", "template_id", "period"], unique=False
    )
    op.create_table(
        "rollup_funnel_department",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("bounced", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("responded", sa.BigInteger(), nullable=False),
        sa.Column("messages_tickets", sa.BigInteger(), nullable=False),
        sa.Column("sent_tickets", sa.BigInteger(), nullable=False),
        sa.Column("bounced_tickets", sa.BigInteger(), nullable=False),
        sa.Column("pending_tickets", sa.BigInteger(), nullable=False),
        sa.Column("delivered_tickets", sa.BigInteger(), nullable=False),
        sa.Column("read_tickets", sa.BigInteger(), nullable=False),
        sa.Column("responded_tickets", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "department_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_funnel_template",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("template_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("bounced", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("responded", sa.BigInteger(), nullable=False),
        sa.Column("messages_tickets", sa.BigInteger(), nullable=False),
        sa.Column("sent_tickets", sa.BigInteger(), nullable=False),
        sa.Column("bounced_tickets", sa.BigInteger(), nullable=False),
        sa.Column("pending_tickets", sa.BigInteger(), nullable=False),
        sa.Column("delivered_tickets", sa.BigInteger(), nullable=False),
        sa.Column("read_tickets", sa.BigInteger(), nullable=False),
        sa.Column("responded_tickets", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "template_id", "department_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_response_times_all",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("template_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("response_bin", sa.Integer(), nullable=False),
        sa.Column("responses", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "period", "department_id", "agent_id", "template_id", "account_id", "response_bin"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "rollup_response_times_all_by_agent_id",
        "rollup_response_times_all",
        ["tenant_id", "agent_id", "period"],
        unique=False,
    )
    op.create_index(
        "rollup_response_times_all_by_template_id",
        "rollup_response_times_all",
        ["tenant_id", "template_id", "period"],
        unique=False,
    )
    op.create_table(
        "rollup_response_times_department",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("response_bin", sa.Integer(), nullable=False),
        sa.Column("responses", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "department_id", "response_bin"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_responses_all",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("template_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("hour_of_week", sa.Integer(), nullable=False),
        sa.Column("responses", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "period", "department_id", "agent_id", "template_id", "account_id", "hour_of_week"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "rollup_responses_all_by_agent_id", "rollup_responses_all", ["tenant_id", "agent_id", "period"], unique=False
    )
    op.create_index(
        "rollup_responses_all_by_template_id",
        "rollup_responses_all",
        ["tenant_id", "template_id", "period"],
        unique=False,
    )
    op.create_table(
        "rollup_responses_department",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("hour_of_week", sa.Integer(), nullable=False),
        sa.Column("responses", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "period", "department_id", "hour_of_week"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_states",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("zone_rules", sa.Text(), nullable=False),
        sa.Column("built_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "template_notices",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("meta_id", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("language", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "meta_id", "name", "language", "at"),
    )
    op.create_table(
        "templates",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("meta_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", "at"),
    )
    op.create_table(
        "tenants",
        sa.Column("tenant_id", KEY, nullable=False),
        sa.Column("described_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("reply_window_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def downgrade() -> None:
    for table in (
        "accounts",
        "agents",
        "departments",
        "error_titles",
        "exports",
        "members",
        "messages",
        "receipts",
        "replies",
        "rollup_bounces_all",
        "rollup_bounces_department",
        "rollup_funnel_account",
        "rollup_funnel_agent",
        "rollup_funnel_all",
        "rollup_funnel_department",
        "rollup_funnel_template",
        "rollup_response_times_all",
        "rollup_response_times_department",
        "rollup_responses_all",
        "rollup_responses_department",
        "rollup_states",
        "template_notices",
        "templates",
        "tenants",
    ):
        op.drop_table(table)
