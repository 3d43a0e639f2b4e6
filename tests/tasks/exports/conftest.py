"""Fixtures of the tests of exports."""

import pytest

from tasks.exports import job
from tests.tasks.exports.gate import Gate


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Stops workers in front of their first batch of two rows."""
    found = Gate()
    monkeypatch.setattr(job, "XlsxWriter", found.writer())
    monkeypatch.setattr(job, "RENEW_INTERVAL", 0.02)
    monkeypatch.setattr("analytics.storage.database.PARTITION", 2)
    return found
