"""The applier: what a failure is told as."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from analytics.database import Database
from service import applier
from service.applier import Work
from tests.factories import message_sent
from tests.service.test_events import ndjson


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (DBAPIError("", {}, Exception("closed"), connection_invalidated=True), "DATABASE"),
        (ConnectionRefusedError(), "DATABASE"),
        (IntegrityError("", {}, Exception("a wrong value")), "INTERNAL"),
        (ZeroDivisionError(), "INTERNAL"),
    ],
)
async def test_only_an_outage_is_worth_sending_again(
    error: Exception, failure: str, database: Database, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(applier, "apply", fail)
    done = await applier._apply(database, Work(tenant, 1, 0, ndjson(message_sent())))
    assert (done.failure, done.outcomes) == (failure, {})
