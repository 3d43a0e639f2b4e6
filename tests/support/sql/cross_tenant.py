"""The statements that are not of one company, and why: Citus asks every node for them.

Each is a read, without locks. A new one needs a reason that is worth asking all nodes, and must hold up no company of
another node while one is away: the upkeep asks for each company by itself then, and metrics leave out what is missing.
What is asked each second is asked of tables on the coordinator.
"""

EVERY_COMPANY = {
    "SELECT tenants.tenant_id FROM tenants WHERE (SELECT min(receipts.received_at) AS min_1 FROM receipts WHERE"
    " receipts.tenant_id = tenants.tenant_id AND NOT receipts.claimed) < $1::BIGINT OR (SELECT min(replies.received_at)"
    " AS min_2 FROM replies WHERE replies.tenant_id = tenants.tenant_id AND replies.message_id IS NULL) < $2::BIGINT OR"
    " (SELECT min(early_messages.received_at) AS min_3 FROM early_messages WHERE early_messages.tenant_id ="
    " tenants.tenant_id) < $3::BIGINT": (
        "One worker looks for old orphans, once in minutes: two probes a company, in indexes of what is unclaimed, and"
        " one in a table of few rows."
    ),
    "SELECT tenants.tenant_id FROM tenants WHERE tenants.derivation IS NULL OR tenants.derivation < $1::INTEGER": (
        "One worker looks for what an earlier release derived by other rules: four times a minute, a row a company."
    ),
    "SELECT tenants.tenant_id FROM tenants WHERE (SELECT min(webhooks.received_at) AS min_1 FROM webhooks WHERE"
    " webhooks.tenant_id = tenants.tenant_id AND webhooks.applied_at IS NOT NULL) < $1::BIGINT": (
        "One worker looks for old webhooks, once in minutes: a probe a company, in the order of its key."
    ),
    "SELECT tenants.tenant_id FROM tenants WHERE (SELECT min(messages.sent_at) AS min_1 FROM messages WHERE"
    " messages.tenant_id = tenants.tenant_id) < $1::BIGINT": (
        "One worker looks for messages of old months, once in minutes: a probe a company, in an index by time."
    ),
    "SELECT rollup_states.tenant_id FROM rollup_states WHERE rollup_states.kept_from IS NOT NULL AND (SELECT"
    " min(messages.sent_at) AS min_1 FROM messages WHERE messages.tenant_id = rollup_states.tenant_id) <"
    " rollup_states.kept_since": ("One worker looks for drops that were interrupted: the same index."),
    "SELECT tenants.tenant_id FROM tenants WHERE NOT (EXISTS (SELECT 1 FROM figures WHERE figures.tenant_id ="
    ' tenants.tenant_id AND figures.name = $1::VARCHAR COLLATE "C" AND figures.at >= $2::BIGINT))': (
        "One worker looks for companies that nobody looked at lately: a probe a company, by key."
    ),
    "SELECT tenants.tenant_id FROM tenants ORDER BY tenants.tenant_id": (
        "One worker looks for companies that are not in the coordinator's list, once in minutes; an operator asks what"
        " would be dropped, of each company, by hand: a row a company."
    ),
    "SELECT rollup_states.tenant_id, rollup_states.zone_rules, rollup_states.built_until, tenants.time_zone"
    " FROM rollup_states JOIN tenants ON tenants.tenant_id = rollup_states.tenant_id": (
        "One worker looks for rollups that are not whole: four times a minute, a row a company, joined on its own node."
    ),
    "SELECT DISTINCT webhooks.tenant_id FROM webhooks WHERE webhooks.applied_at IS NULL": (
        "One worker looks for webhooks that wait and are in no queue, four times a minute: an index holds those alone,"
        " and mostly there are none."
    ),
    "SELECT figures.name, sum(figures.value) AS sum_1, min(figures.at) AS min_1 FROM figures GROUP BY figures.name": (
        "Metrics: seven rows a company, at each scrape."
    ),
    "SELECT tenant_id FROM tenants": (
        "A migration fills the coordinator's list of companies, another one rollups company by company: once each."
    ),
    "SELECT tenant_id, received_at, id FROM webhooks WHERE applied_at IS NULL": (
        "A migration fills the coordinator's queue of webhooks: once, from the index of those that wait."
    ),
}
