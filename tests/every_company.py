"""The statements that are not of one company, and why: Citus asks every node for them.

Each is a read, without locks. A new one needs a reason that is worth asking all nodes.
"""

EVERY_COMPANY = {
    "SELECT tenants.tenant_id FROM tenants ORDER BY tenants.tenant_id": (
        "Upkeep visits each company in turn: once in minutes, a row a company."
    ),
    "SELECT rollup_states.tenant_id, rollup_states.zone_rules, rollup_states.built_until, tenants.time_zone"
    " FROM rollup_states JOIN tenants ON tenants.tenant_id = rollup_states.tenant_id": (
        "Upkeep looks for rollups that are not whole: once in minutes, a row a company, joined on its own node."
    ),
    "SELECT DISTINCT webhooks.tenant_id FROM webhooks WHERE webhooks.applied_at IS NULL": (
        "Workers look for webhooks that wait: an index holds those alone, and mostly there are none."
    ),
    "SELECT count(*) AS count_1, min(webhooks.received_at) AS min_1 FROM webhooks WHERE webhooks.applied_at IS NULL": (
        "Metrics: how much waits, and for how long. The same index."
    ),
    "SELECT figures.name, sum(figures.value) AS sum_1, min(figures.at) AS min_1 FROM figures GROUP BY figures.name": (
        "Metrics: seven rows a company, at each scrape."
    ),
}
