"""The tables. Every key starts with `tenant_id`: a wall between tenants, and what Citus distributes by.

Three tables keep what came in, merged but otherwise as it was said: `messages` (its description columns),
`receipts` (what statuses said, under the name they used) and `replies`. The other columns of `messages` and
the answers in `replies` are derived from those, and can always be derived again. `webhooks` keeps what WhatsApp
sent, byte for byte, until it is applied and for a while after.

A description says something of the keys that it has, and each key keeps what the newest statement of it says. So a row
that was described knows when each of its keys was stated: at its `described_at`, but for the exceptions in `stated`.
"""

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Index, Integer, LargeBinary, MetaData, Table, Text

from analytics.storage.dialects import Instant, Key, Small

metadata = MetaData()

tenants = Table(
    "tenants",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("described_at", Instant, nullable=False),  # 0 until a tenant.upserted came
    Column("name", Text),
    Column("time_zone", Text),
    Column("reply_window_days", Integer),
    Column("stated", Text),  # JSON, when each key was stated that was not stated at `described_at`
    # By which rules the messages are derived from what was said, see `ingest.reprocessing`; null: by older ones.
    Column("derivation", Integer),
)


def only(tenant: str | None) -> list[ColumnElement[bool]]:
    """The condition on `tenants` for one tenant; none for all of them."""
    return [] if tenant is None else [tenants.c.tenant_id == tenant]


def _directory(name: str, *details: Column[str]) -> Table:
    """A directory table: what was stated of an entity at a time `at`; the keys that were not are null.

    A version of the entity is all that was stated up to its time, see `names`.
    """
    return Table(
        name,
        metadata,
        Column("tenant_id", Key, primary_key=True),
        Column("id", Key, primary_key=True),
        Column("at", Instant, primary_key=True),
        Column("name", Text),
        Column("active", Boolean),
        *details,
        Column("nulls", Text),  # JSON, the keys of which it was stated that there is none
    )


departments = _directory("departments")
agents = _directory("agents", Column("email", Text))
accounts = _directory("accounts", Column("phone", Text), Column("phone_number_id", Key))
templates = _directory("templates", Column("category", Text), Column("language", Text), Column("meta_id", Key))

# What WhatsApp says of templates, which it knows by its own id, or by name and language.
template_notices = Table(
    "template_notices",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("meta_id", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    Column("language", Key, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("category", Text),
    Column("status", Text),
)

members = Table(
    "members",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("user_id", Key, primary_key=True),
    Column("department_id", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("present", Boolean, nullable=False),
)

# WhatsApp's own words for its error codes; they change, the newest are shown.
error_titles = Table(
    "error_titles",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("title", Text, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("id", Key, primary_key=True),
    # the description that won
    Column("described_at", Instant, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("account_id", Key, nullable=False),
    Column("department_id", Key, nullable=False),
    Column("agent_id", Key, nullable=False),
    Column("template_id", Key, nullable=False),
    Column("template_category", Text),
    Column("wamid", Key),
    Column("contact_phone", Text),
    Column("contact_digits", Key),
    Column("contact_id", Key),
    Column("ticket_id", Key),
    Column("ticket_key", Text),
    Column("ticket_created", Boolean, nullable=False),
    # derived: from its receipts alone
    Column("receipt_status", Small, nullable=False),
    Column("failed_code", Integer),
    # derived: from its reply
    Column("reply_id", Key),
    Column("replied_at", Instant),
    Column("reply_text", Text),
    Column("response_bin", Small),
    # derived: from both
    Column("status", Small, nullable=False),
    # of the description: JSON, when each key was stated that was not stated at `described_at`; the wamids that a newer
    # one took the place of, see `ingest.descriptions`
    Column("stated", Text),
    Column("earlier_wamids", Text),
    # derived from its receipts: JSON, what else WhatsApp calls the contact; the earliest of each fact
    Column("recipients", Text),
    Column("accepted_at", Instant),
    Column("delivered_at", Instant),
    Column("read_at", Instant),
    Column("failed_at", Instant),
    # derived: from its reply
    Column("reply_kind", Text),
)
# The range of an analytics query, and the order of an export's rows.
Index("messages_by_time", messages.c.tenant_id, messages.c.sent_at, messages.c.id)
# Which messages a status, a quoting reply, a ticket or a contact may mean.
for _column in (messages.c.wamid, messages.c.ticket_id, messages.c.contact_digits, messages.c.contact_id):
    Index(
        f"messages_by_{_column.name}",
        messages.c.tenant_id,
        _column,
        messages.c.sent_at,
        postgresql_where=_column.is_not(None),
        sqlite_where=_column.is_not(None),
    )

# What messages and replies are found by besides their own columns: earlier wamids, further names of their contact. Each
# is written with its kind, see `ingest.aliases`.
message_aliases = Table(
    "message_aliases",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("alias", Key, primary_key=True),
    Column("message_id", Key, primary_key=True),
)
reply_aliases = Table(
    "reply_aliases",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("alias", Key, primary_key=True),
    Column("reply_id", Key, primary_key=True),
)
# Notices that a contact is called otherwise from a time on.
contact_changes = Table(
    "contact_changes",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("new_name", Key, primary_key=True),
    Column("old_name", Key, primary_key=True),
    Column("at", Instant, nullable=False),
)
Index("contact_changes_by_old_name", contact_changes.c.tenant_id, contact_changes.c.old_name)
# Corrections of messages that nobody has described yet, and that wait for it.
early_messages = Table(
    "early_messages",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("id", Key, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),  # JSON, the message as far as it is known
)

receipts = Table(
    "receipts",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("ref", Key, primary_key=True),  # a message's id or a wamid
    Column("channel", Key, primary_key=True),  # what makes `ref` unique, see `ingest.rows.channel`
    Column("accepted_at", Instant),
    Column("delivered_at", Instant),
    Column("read_at", Instant),
    Column("failed_at", Instant),
    Column("failed_code", Integer),
    Column("received_at", Instant, nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("failed_code_at", Instant),  # when the failure was that gave the code; null: at `failed_at`
    Column("recipients", Text),  # JSON, what WhatsApp calls the contact
    Column("events", Text),  # JSON, all statuses, where the columns do not say all of them
)
replies = Table(
    "replies",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("id", Key, primary_key=True),  # WhatsApp's id where it has one, else the platform's
    Column("at", Instant, nullable=False),
    Column("account_id", Key),
    Column("phone_number_id", Key),
    Column("contact_digits", Key),
    Column("contact_id", Key),
    Column("ticket_id", Key),
    Column("in_reply_to", Key),
    Column("text", Text),
    Column("received_at", Instant, nullable=False),
    # derived: which message it answers, and by which rule
    Column("message_id", Key),
    Column("rule", Text),
    Column("kind", Text),
    Column("names", Text),  # JSON, further names of the contact
    Column("in_group", Boolean),
    Column("from_ad", Boolean),
)
for _column in (
    replies.c.in_reply_to,
    replies.c.ticket_id,
    replies.c.contact_digits,
    replies.c.contact_id,
    replies.c.message_id,
):
    Index(
        f"replies_by_{_column.name}",
        replies.c.tenant_id,
        _column,
        replies.c.at,
        postgresql_where=_column.is_not(None),
        sqlite_where=_column.is_not(None),
    )
# What nobody claimed, for dropping it when it is too old.
Index(
    "receipts_unclaimed",
    receipts.c.tenant_id,
    receipts.c.received_at,
    postgresql_where=~receipts.c.claimed,
    sqlite_where=~receipts.c.claimed,
)
Index(
    "replies_unclaimed",
    replies.c.tenant_id,
    replies.c.received_at,
    postgresql_where=replies.c.message_id.is_(None),
    sqlite_where=replies.c.message_id.is_(None),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("received_at", Instant, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),  # tells apart what came within one microsecond
    Column("body", LargeBinary, nullable=False),
    Column("applied_at", Instant),
    # of what it held, since it was applied last
    Column("rejected", Integer),
    Column("problem", Text),  # the first reason for rejecting anything
)
# What still has to be applied: few, whatever the history.
Index(
    "webhooks_waiting",
    webhooks.c.tenant_id,
    webhooks.c.received_at,
    postgresql_where=webhooks.c.applied_at.is_(None),
    sqlite_where=webhooks.c.applied_at.is_(None),
)

# The bodies that wait, of all tenants, and the tenants there are. On Citus these two are on the coordinator: asking
# every node each second would cost more than the work, and stop all tenants while one node is away. They are not
# sure of themselves: what is missing here the upkeep finds in `webhooks` and `tenants`, and what is too much goes.
webhook_queue = Table(
    "webhook_queue",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("received_at", Instant, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
)
known_tenants = Table("known_tenants", metadata, Column("tenant_id", Key, primary_key=True))

# Who was forgotten: the key of a tenant's pseudonyms, made for the first of them, and the pseudonyms of what came of
# them. Neither holds anything of a person.
pseudonym_keys = Table(
    "pseudonym_keys",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("secret", Text, nullable=False),
)
forgotten = Table(
    "forgotten",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("pseudonym", Key, primary_key=True),
)

# What is known of a tenant's data without looking at all of it again: see `analytics.storage.gauges`.
figures = Table(
    "figures",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),  # when it was found
)

exports = Table(
    "exports",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("spec", Text, nullable=False),  # the specification it runs as, in JSON
    Column("request", Text, nullable=False),  # what was asked for, in JSON, to know the same request again
    Column("requester_id", Key, nullable=False),
    Column("requester_role", Text, nullable=False),
    Column("requester_name", Text),
    Column("requester_email", Text),
    Column("idempotency_key", Key),
    Column("status", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("expires_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", Instant),  # until when the worker that runs it is believed alive
    Column("lease_token", Text),  # which attempt holds the lease
    Column("rows_total", Integer),
    Column("rows_written", Integer, nullable=False),
    Column("file_name", Text),
    Column("file_size", Instant),
    Column("failure", Text),
    Column("columns", Text),  # JSON, the further columns that were asked for
    Column("separator", Text),  # of a CSV file
    Column("file_digest", Text),  # SHA-256 in hexadecimal; none of files of earlier releases
)
Index("exports_newest", exports.c.tenant_id, exports.c.created_at.desc(), exports.c.id.desc())
Index(
    "exports_idempotency",
    exports.c.tenant_id,
    exports.c.requester_id,
    exports.c.idempotency_key,
    unique=True,
    postgresql_where=exports.c.idempotency_key.is_not(None),
    sqlite_where=exports.c.idempotency_key.is_not(None),
)
# What ended lately, of any tenant: for operators.
Index(
    "exports_finished",
    exports.c.finished_at,
    postgresql_where=exports.c.finished_at.is_not(None),
    sqlite_where=exports.c.finished_at.is_not(None),
)
# What a worker may take up: few rows, whatever the history.
Index(
    "exports_due",
    exports.c.status,
    exports.c.lease_until,
    postgresql_where=exports.c.status.in_(("QUEUED", "RUNNING", "CANCELING")),
    sqlite_where=exports.c.status.in_(("QUEUED", "RUNNING", "CANCELING")),
)
