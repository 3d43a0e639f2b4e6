"""Fixtures of the service's tests."""

from pathlib import Path

import pytest

from analytics.migrations import migrate
from tests.support.servers.server import environment, in_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an empty database, for commands."""
    in_database(environment(tmp_path)["EMBUDO_DATABASE_URL"], migrate)
    return tmp_path
