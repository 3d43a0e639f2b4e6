"""Start-up: a process loads no library that it does not use."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.servers.server import environment

# The names of the modules that one process has loaded after each step, one step after the other.
STEPS = """
import json, sys

loaded = {}
from service.cli.main import app
loaded["help"] = list(sys.modules)
app(["token", "--tenant", "acme", "--role", "analyst", "--user", "u1"], standalone_mode=False)
loaded["token"] = list(sys.modules)
app(["migrate"], standalone_mode=False)
loaded["migrate"] = list(sys.modules)
from service.app import create_app
from service.settings import Settings
create_app(Settings.read())
loaded["service"] = list(sys.modules)
print(json.dumps(loaded))
"""
EXPORTS = {"openpyxl", "lxml"}
SERVICE = EXPORTS | {"strawberry", "graphql", "uvicorn", "dramatiq", "redis", "pika", "obstore", "prometheus_client"}
DATABASE = {"sqlalchemy", "aiosqlite", "asyncpg", "alembic"}
ABSENT = {
    "help": SERVICE | DATABASE | {"starlette", "jwt", "pydantic", "structlog", "msgspec"},
    "token": SERVICE | DATABASE | {"starlette", "httpx", "structlog"},
    "migrate": SERVICE,
    "service": EXPORTS,
}
# So that the test fails when a step does not do what it is named for.
PRESENT = {
    "help": {"typer"},
    "token": {"jwt", "pydantic_settings"},
    "migrate": {"sqlalchemy", "alembic"},
    "service": {"starlette", "strawberry", "dramatiq", "obstore"},
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The modules that are loaded after each step."""
    folder: Path = tmp_path_factory.mktemp("start-up")
    done = subprocess.run(
        [sys.executable, "-c", STEPS], cwd=ROOT, env=environment(folder), capture_output=True, timeout=120, check=True
    )
    steps: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return {step: set(names) for step, names in steps.items()}


@pytest.mark.parametrize("step", ABSENT)
def test_only_what_a_step_uses_is_loaded(loaded: dict[str, set[str]], step: str) -> None:
    assert loaded[step] & ABSENT[step] == set()
    assert loaded[step] >= PRESENT[step]
