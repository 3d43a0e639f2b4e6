"""Any order of the same events, with any repetition, gives the same rows, and they are what the rules say."""

from dataclasses import replace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import verify
from analytics.storage.database import Database
from tests.support import strategies
from tests.support.ingest_helpers import everything, feed, stored_messages
from tests.support.oracle import Oracle


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
        key: replace(message, template_category="", template_language=None)
        for key, message in Oracle(events).messages.items()
    }


@given(data=st.data())
async def test_rollups_are_what_the_rows_give(database: Database, data: st.DataObject) -> None:
    events, _ = data.draw(strategies.cases())
    tenant = uuid4().hex
    await feed(database, tenant, data.draw(strategies.orderings(events)), data.draw(st.integers(1, 40)))
    await rebuild(database, tenant, anew=False)
    kept = [difference async for _, found in verify(database, tenant) for difference in found]
    assert kept == []
    before = await everything(database, tenant)
    await rebuild(database, tenant, anew=True)
    assert await everything(database, tenant) == before
