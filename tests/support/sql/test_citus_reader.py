"""The reader of statements: what Citus refuses is found, what it runs is left alone."""

import pytest
from sqlalchemy import UniqueConstraint

from analytics.exports.jobs import due_exports
from analytics.rollups.rebuild import rebuild, unfinished
from analytics.storage import gauges
from analytics.storage.citus.distribution import LOCAL_TABLES, distributed
from analytics.storage.database import Database
from analytics.storage.tables import metadata
from tests.graphql_schema.test_analytics import ORDINARY, office
from tests.support.factories import ask, identity, member
from tests.support.graphql.view import DOCUMENT, variables
from tests.support.ingest_helpers import feed
from tests.support.sql import citus
from tests.support.sql.citus import TENANT, refused

REFUSED = {
    "SELECT id FROM messages": "messages without tenant_id",
    "SELECT id FROM messages WHERE tenant_id = $1 OR id = $2": "messages without tenant_id",
    "SELECT id FROM messages WHERE NOT tenant_id = $1": "messages without tenant_id",
    "SELECT id FROM messages WHERE tenant_id IN ($1, $2)": "messages without tenant_id",
    "SELECT id FROM messages AS m WHERE m.tenant_id > $1": "m without tenant_id",
    "SELECT m.id FROM messages m JOIN replies r ON r.id = m.reply_id WHERE m.tenant_id = $1": "r without tenant_id",
    "SELECT m.id FROM messages m, replies r WHERE m.tenant_id = $1 AND r.tenant_id = m.tenant_id": "r without",
    "SELECT id FROM messages WHERE tenant_id = $1 AND EXISTS (SELECT FROM replies r WHERE r.id = $2)": "r without",
    "SELECT id FROM messages WHERE tenant_id = $1 AND id IN (SELECT message_id FROM replies)": "replies without",
    "WITH RECURSIVE n (id) AS (SELECT id FROM messages UNION ALL SELECT reply_id FROM messages JOIN n USING (id))"
    " SELECT id FROM n": "messages without tenant_id",
    "SELECT id FROM messages ORDER BY id FOR UPDATE SKIP LOCKED": "messages without tenant_id",
    "SELECT agent_id, count(*) FROM messages GROUP BY ROLLUP (agent_id)": "messages without tenant_id",
    "UPDATE messages SET status = $1": "messages without tenant_id",
    "UPDATE messages SET status = r.rule FROM replies r WHERE messages.tenant_id = $1": "r without tenant_id",
    "UPDATE messages SET replied_at = now() WHERE tenant_id = $1": "CURRENT_TIMESTAMP",
    "UPDATE messages SET id = gen_random_uuid() WHERE tenant_id = $1": "UUID",
    "UPDATE messages SET status = nextval('numbers') WHERE tenant_id = $1": "NEXTVAL",
    "UPDATE messages SET status = random() WHERE tenant_id = $1": "RANDOM",
    "UPDATE messages SET tenant_id = $2 WHERE tenant_id = $1": "tenant_id is changed",
    "DELETE FROM messages WHERE id = $1": "messages without tenant_id",
    "DELETE FROM messages WHERE tenant_id = $1 AND sent_at < extract(epoch FROM now())": "CURRENT_TIMESTAMP",
    "DELETE FROM messages WHERE tenant_id = $1 AND ctid IN (SELECT ctid FROM messages WHERE tenant_id = $1)": "ctid",
    "INSERT INTO messages (id) VALUES ($1)": "an insert without tenant_id",
    "INSERT INTO messages VALUES ($1)": "an insert without tenant_id",
    "INSERT INTO messages (tenant_id, id) SELECT tenant_id, id FROM replies": "replies without tenant_id",
    "INSERT INTO messages (tenant_id, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING": "a conflict on other",
    "INSERT INTO messages (tenant_id, id) VALUES ($1, $2) ON CONFLICT (tenant_id, id)"
    " DO UPDATE SET replied_at = now()": "CURRENT_TIMESTAMP",
    "SELECT e.id FROM exports e, messages m WHERE m.tenant_id = $1 AND e.tenant_id = m.tenant_id": "a local table",
    "DELETE FROM messages WHERE tenant_id = $1; DELETE FROM replies WHERE tenant_id = $1": "several commands",
    "CREATE UNIQUE INDEX wamids ON messages (wamid)": "a unique index without tenant_id",
    "CREATE TRIGGER t AFTER INSERT ON messages FOR EACH ROW EXECUTE FUNCTION f()": "a trigger",
    "CREATE TEMPORARY TABLE messages (tenant_id text)": "a temporary",
    "SELECT FROM messages WHERE (": "cannot be read",
}
RUN = [
    "SELECT count(*) FROM exports",
    "SELECT id FROM messages WHERE tenant_id = $1 AND (id = $2 OR wamid = $3) FOR UPDATE",
    "SELECT m.id FROM messages m JOIN replies r ON r.tenant_id = $1 AND r.id = m.reply_id WHERE m.tenant_id = $1",
    "SELECT id FROM messages m WHERE m.tenant_id = $1 AND EXISTS (SELECT FROM replies r WHERE r.tenant_id = $1)",
    "WITH new AS (SELECT id FROM messages WHERE tenant_id = $1) SELECT count(*), percentile_cont(0.5) FROM new",
    "SELECT agent_id, count(*) FILTER (WHERE status > 1) FROM messages WHERE tenant_id = $1 GROUP BY ROLLUP (agent_id)",
    "UPDATE messages SET status = coalesce(failed_code, 0) + 1 WHERE tenant_id = $1 AND id = ANY ($2::TEXT[])",
    "INSERT INTO messages (tenant_id, id) SELECT rows.a, rows.b FROM unnest($1::TEXT[], $2::TEXT[]) AS rows (a, b)"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET status = messages.status + excluded.status",
    "DELETE FROM messages WHERE tenant_id = $1 AND status = 0",
    "CREATE UNIQUE INDEX ids ON messages (tenant_id, wamid)",
    "CREATE TABLE other (id text)",
]


@pytest.mark.parametrize(("statement", "why"), REFUSED.items())
def test_what_citus_refuses_is_found(statement: str, why: str) -> None:
    assert any(why in complaint for complaint in refused(statement)), refused(statement)


@pytest.mark.parametrize("statement", RUN)
def test_what_citus_runs_is_left_alone(statement: str) -> None:
    assert refused(statement) == ()


EVERY = "SELECT t.tenant_id FROM tenants t JOIN rollup_states s ON t.tenant_id = s.tenant_id"


@pytest.mark.parametrize(
    ("statement", "why"),
    {
        EVERY: None,
        EVERY.replace("t.tenant_id = s.tenant_id", "t.name = s.zone_rules"): "not joined by tenant_id",
        EVERY + " FOR UPDATE": "row locks",
        "SELECT name, count(*) FROM tenants GROUP BY CUBE (name)": "grouping sets",
        "DELETE FROM tenants": "a write to every company",
    }.items(),
)
def test_of_every_company_only_plain_reads_are_let_through(
    statement: str, why: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(citus, "EVERY_COMPANY", {statement: "a reason"})
    refused.cache_clear()
    found = refused(statement)
    refused.cache_clear()
    assert any(why in complaint for complaint in found) if why else found == ()


def test_keys_of_distributed_tables_begin_with_the_company() -> None:
    for table in distributed():
        assert next(iter(table.primary_key.columns)).name == TENANT, table.name
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                assert TENANT in constraint.columns, table.name
        for index in table.indexes:
            assert not index.unique or TENANT in [column.name for column in index.columns], index.name
        assert not table.foreign_keys, "to be looked at: Citus allows few"


def test_every_table_is_distributed_or_stays_for_a_reason() -> None:
    assert {table.name for table in distributed()} | LOCAL_TABLES == set(metadata.tables)
    assert distributed()[0].name == "tenants"  # the others are put beside it


BESIDE = """query Beside($filter: CampaignAnalyticsFilter!) { campaignAnalytics(filter: $filter) {
  annotations { totalCount } byAnswer { nodes { messages replies } } sendTimeBlocks { delivered }
  messagesBy(dimension: AGENT) { totalCount }
} }"""


async def test_every_statement_to_postgresql_is_looked_at(database: Database, tenant: str) -> None:
    if "postgresql" not in database.url:
        pytest.skip("Citus is PostgreSQL")
    citus.seen.clear()
    await feed(database, tenant, [*office(), member("s1", "d1")])
    await rebuild(database, tenant, anew=True)
    who = identity(tenant, "supervisor", "s1")
    await ask(database, who, DOCUMENT, variables(ORDINARY))
    await ask(database, who, BESIDE, variables(ORDINARY))
    async with database.read() as reader:
        await unfinished(reader)
        await due_exports(reader, 0)
        await gauges.totals(reader)
    looked_at = {table.name for table in distributed() if any(table.name in statement for statement in citus.seen)}
    assert {table.name for table in distributed()} - looked_at <= {"webhooks", "error_titles", "forgotten"}
    assert not citus.complaints
