"""Any order of the same events, with any repetition, gives the same rows, and they are what the rules say."""

from dataclasses import replace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from analytics.database import Database
from analytics.rollups.check import check
from analytics.rollups.rebuild import rebuild
from analytics.states import Status
from analytics.tables import messages, replies
from analytics.zones import moment
from tests import strategies
from tests.feeding import everything, feed
from tests.oracle import Oracle, OracleMessage


async def stored_messages(database: Database, tenant: str) -> dict[str, OracleMessage]:
    joined = (
        select(messages, replies.c.rule)
        .outerjoin(
            replies,
            (replies.c.tenant_id == messages.c.tenant_id) & (replies.c.id == messages.c.reply_id),
        )
        .where(messages.c.tenant_id == tenant)
    )
    async with database.read() as reader:
        return {
            row.id: OracleMessage(
                id=row.id,
                sent_at=moment(row.sent_at),
                account_id=row.account_id,
                department_id=row.department_id,
                agent_id=row.agent_id,
                template_id=row.template_id,
                template_category="",
                status=Status(row.status).name,
                bounce_code=row.failed_code if row.status == Status.FAILED else None,
                replied_at=None if row.replied_at is None else moment(row.replied_at),
                reply_text=row.reply_text,
                reply_rule=row.rule,
                ticket_id=row.ticket_id,
                ticket_key=row.ticket_key,
                ticket_created=row.ticket_created,
                wamid=row.wamid,
                contact_phone=row.contact_phone,
            )
            for row in await reader.rows(joined)
        }


@given(data=st.data())
async def test_rows_are_what_the_rules_say_in_any_order(database: Database, data: st.DataObject) -> None:
    events, _ = data.draw(strategies.cases(notices=True))
    tenants = [f"{uuid4().hex}" for _ in range(2)]
    sizes = st.integers(1, 40)
    for name in tenants:
        ordering = data.draw(strategies.orderings(events))
        await feed(database, name, ordering, data.draw(sizes))
    assert await everything(database, tenants[0]) == await everything(database, tenants[1])
    # The category in force is a matter of names, see test_directory.
    assert await stored_messages(database, tenants[0]) == {
        key: replace(message, template_category="") for key, message in Oracle(events).messages.items()
    }


@given(data=st.data())
async def test_rollups_are_what_the_rows_give(database: Database, data: st.DataObject) -> None:
    events, _ = data.draw(strategies.cases())
    tenant = uuid4().hex
    await feed(database, tenant, data.draw(strategies.orderings(events)), data.draw(st.integers(1, 40)))
    await rebuild(database, tenant, anew=False)
    kept = [difference async for _, found in check(database, tenant) for difference in found]
    assert kept == []
    before = await everything(database, tenant)
    await rebuild(database, tenant, anew=True)
    assert await everything(database, tenant) == before
