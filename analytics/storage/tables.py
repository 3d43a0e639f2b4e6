"""The tables of the database. Every key starts with `tenant_id`: it isolates tenants, and Citus distributes by it.

Three tables hold the merged statements of events: `messages` (its description columns), `receipts` (statuses, under the
message id or wamid that they name) and `replies`. The other columns of `messages`, and the matches in `replies`, are
derived from those and can always be derived again. `webhooks` holds WhatsApp's bodies, byte for byte, until they are
applied and for a while after.

A description states the keys that it has, and each key keeps the value of its newest statement. The time of each key's
statement is the row's `described_at`, except for those in `stated`.
"""

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Index, Integer, LargeBinary, MetaData, Table, Text

from analytics.storage.dialects import Instant, Key, Small

metadata = MetaData()

tenants = Table(
    "tenants",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("described_at", Instant, nullable=False),  # 0 until the first tenant.upserted
    Column("name", Text),
    Column("time_zone", Text),
    Column("reply_window_days", Integer),
    Column("stated", Text),  # JSON, the times of the keys that were not stated at `described_at`
    # The version of the rules by which columns of messages were derived, see `ingest.reprocessing`; null: older rules.
    Column("derivation", Integer),
)


def only(tenant: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions that restrict a query of `tenants` to one tenant; an empty list if `tenant` is None."""
    return [] if tenant is None else [tenants.c.tenant_id == tenant]


def _directory(name: str, *details: Column[str]) -> Table:
    """Create a directory table: the values stated about an entry at a time `at`; keys not stated then are null.

    A version of the entry is the result of all statements up to its time, see `reports.directory`.
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
        Column("nulls", Text),  # JSON, the keys that were explicitly stated to be null
    )


departments = _directory("departments")
agents = _directory("agents", Column("email", Text))
accounts = _directory("accounts", Column("phone", Text), Column("phone_number_id", Key))
templates = _directory("templates", Column("category", Text), Column("language", Text), Column("meta_id", Key))

# WhatsApp's notices about templates, which it identifies by its own id, or by name and language. A notice says what a
# template has now; what it will have, and since when, is in the columns `announced_…`.
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
    Column("quality", Text),
    Column("previous_quality", Text),
    Column("previous_category", Text),
    Column("announced_category", Text),
    Column("reason", Text),  # of a rejection
    Column("title", Text),  # tells pauses apart: FIRST_PAUSE, SECOND_PAUSE, …
    Column("announced_for", Instant),
    Column("disabled_at", Instant),
)

# What people write beside the numbers, by days of any calendar; without a department for everybody.
annotations = Table(
    "annotations",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("id", Key, primary_key=True),
    Column("first_day", Integer, nullable=False),  # ordinals, both included
    Column("last_day", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("department_id", Key),
    Column("author_id", Key, nullable=False),
    Column("author_name", Text),
    Column("created_at", Instant, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("user_id", Key, primary_key=True),
    Column("department_id", Key, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("present", Boolean, nullable=False),  # False: no longer a member of the department
)

# WhatsApp's own titles of its error codes: the newest of each, because they change.
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
    # the merged description
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
    Column("response_bin", Small),  # of the time from message to reply, see `domain.measures.response_times`
    # derived: from both
    Column("status", Small, nullable=False),
    # of the description, in JSON: the times of the keys that were not stated at `described_at`; the wamids before the
    # current one, see `ingest.merging.descriptions`
    Column("stated", Text),
    Column("earlier_wamids", Text),
    # derived from its receipts: further names of the contact, in JSON; the earliest time of each fact
    Column("recipients", Text),
    Column("accepted_at", Instant),
    Column("delivered_at", Instant),
    Column("read_at", Instant),
    Column("failed_at", Instant),
    # derived: from its reply
    Column("reply_kind", Text),
    Column("reply_button", Text),  # of a tapped button: its payload, else its label
)
# The range of an analytics query, and the order of an export's rows.
Index("messages_by_time", messages.c.tenant_id, messages.c.sent_at, messages.c.id)
# For the look-up of messages by a status, a quotation, a ticket or a contact.
for _column in (messages.c.wamid, messages.c.ticket_id, messages.c.contact_digits, messages.c.contact_id):
    Index(
        f"messages_by_{_column.name}",
        messages.c.tenant_id,
        _column,
        messages.c.sent_at,
        postgresql_where=_column.is_not(None),
        sqlite_where=_column.is_not(None),
    )

# Values by which messages and replies can be looked up besides their own columns: earlier wamids, further names of the
# contact. Each has its kind as a prefix, see `ingest.merging.aliases`.
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
# WhatsApp's notices that a contact has another phone or id as of the time `at`.
contact_changes = Table(
    "contact_changes",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("new_name", Key, primary_key=True),
    Column("old_name", Key, primary_key=True),
    Column("at", Instant, nullable=False),
)
Index("contact_changes_by_old_name", contact_changes.c.tenant_id, contact_changes.c.old_name)
# Incomplete messages, which only corrections have named so far.
early_messages = Table(
    "early_messages",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("id", Key, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),  # the incomplete message, in JSON
)

receipts = Table(
    "receipts",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("ref", Key, primary_key=True),  # a message's id or a wamid
    Column("channel", Key, primary_key=True),  # makes `ref` unique, see `ingest.merging.receipts.channel`
    Column("accepted_at", Instant),
    Column("delivered_at", Instant),
    Column("read_at", Instant),
    Column("failed_at", Instant),
    Column("failed_code", Integer),
    Column("received_at", Instant, nullable=False),
    Column("claimed", Boolean, nullable=False),  # True if its message is in `messages`; False for an orphan
    Column("failed_code_at", Instant),  # the time of the failure that gave the code; null: at `failed_at`
    Column("recipients", Text),  # JSON, the contact's names
    Column("events", Text),  # JSON, all statuses, if the columns do not say everything
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
    # derived: the message that it answers, and the rule that matched
    Column("message_id", Key),
    Column("rule", Text),
    Column("kind", Text),
    Column("names", Text),  # JSON, further names of the contact
    Column("in_group", Boolean),
    Column("from_ad", Boolean),
    Column("button_payload", Text),
    Column("button_index", Small),
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
# For dropping old orphans.
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
    Column("id", Key, primary_key=True),  # distinguishes bodies that arrived within one microsecond
    Column("body", LargeBinary, nullable=False),
    Column("applied_at", Instant),
    # the result of its last application
    Column("rejected", Integer),  # number of rejected events
    Column("problem", Text),  # the first of them
)
# Pending bodies: few, however long the history.
Index(
    "webhooks_waiting",
    webhooks.c.tenant_id,
    webhooks.c.received_at,
    postgresql_where=webhooks.c.applied_at.is_(None),
    sqlite_where=webhooks.c.applied_at.is_(None),
)

# The pending bodies of all tenants, and the list of tenants. On Citus these two tables are on the coordinator: querying
# every node each second would cost more than the work, and stop all tenants while one node is down. They may be
# incomplete: maintenance adds missing rows from `webhooks` and `tenants`, and deletes stale ones.
webhook_queue = Table(
    "webhook_queue",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("received_at", Instant, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
)
known_tenants = Table("known_tenants", metadata, Column("tenant_id", Key, primary_key=True))

# Erased people: the key of a tenant's pseudonyms, created by the first erasure, and the pseudonyms of identifiers.
# Neither contains personal data.
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

# Numbers about a tenant's data that are slow to compute: see `analytics.storage.gauges`.
figures = Table(
    "figures",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),  # when it was computed
)

exports = Table(
    "exports",
    metadata,
    Column("tenant_id", Key, primary_key=True),
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("spec", Text, nullable=False),  # the query spec, in JSON
    Column("request", Text, nullable=False),  # the request's input, in JSON, to recognise the same request
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
    Column("lease_until", Instant),  # the worker that makes it is presumed alive until then
    Column("lease_token", Text),  # identifies the attempt that holds the lease
    Column("rows_total", Integer),
    Column("rows_written", Integer, nullable=False),
    Column("file_name", Text),
    Column("file_size", Instant),  # bytes
    Column("failure", Text),
    Column("columns", Text),  # JSON, the optional columns that were requested
    Column("separator", Text),  # of a CSV file
    Column("file_digest", Text),  # SHA-256 in hexadecimal; null for files that earlier releases made
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
# Recently ended exports of all tenants, for operators.
Index(
    "exports_finished",
    exports.c.finished_at,
    postgresql_where=exports.c.finished_at.is_not(None),
    sqlite_where=exports.c.finished_at.is_not(None),
)
# Exports that a worker may claim: few rows, however long the history.
Index(
    "exports_due",
    exports.c.status,
    exports.c.lease_until,
    postgresql_where=exports.c.status.in_(("QUEUED", "RUNNING", "CANCELING")),
    sqlite_where=exports.c.status.in_(("QUEUED", "RUNNING", "CANCELING")),
)
