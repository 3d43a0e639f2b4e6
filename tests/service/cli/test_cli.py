from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics import migrations
from analytics.storage.backends.table_locks import TablesLockedError
from analytics.storage.database import Database
from service.auth.tokens import TokenService
from service.cli import main
from tests.conftest import POSTGRESQL, empty_database
from tests.support.factories import identity
from tests.support.paths import ROOT
from tests.support.servers.server import SECRET, embudo


def test_a_token_of_the_command_is_good(tmp_path: Path) -> None:
    done = embudo(tmp_path, "token", "--tenant", "acme", "--role", "supervisor", "--user", "s1", "--name", "Ana")
    assert done.returncode == 0
    assert TokenService(SECRET).verify(done.stdout.decode().strip()) == identity("acme", "supervisor", "s1", name="Ana")


def test_a_token_of_no_role_is_refused(tmp_path: Path) -> None:
    assert embudo(tmp_path, "token", "--tenant", "acme", "--role", "king", "--user", "s1").returncode == 2


def test_without_a_secret_nothing_starts(tmp_path: Path) -> None:
    for command in (["serve"], ["token", "--tenant", "a", "--role", "analyst", "--user", "u"]):
        done = embudo(tmp_path, *command, env={"EMBUDO_TOKEN_SECRET": "short"})
        assert done.returncode == 2
        assert b"EMBUDO_TOKEN_SECRET" in done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMBUDO_DATABASE_URL", "mysql://x/y"),
        ("EMBUDO_DOCUMENTS", "/nowhere"),
        ("EMBUDO_WEBHOOKS_FILE", "/nowhere"),
        ("EMBUDO_PORT", "70000"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str) -> None:
    done = embudo(tmp_path, "serve", env={name: value})
    assert done.returncode == 2
    assert done.stderr.startswith(f"{name}: ".encode())
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [["migrate"], ["rollups", "check", "--tenant", "a"], ["demo"]])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://postgres@127.0.0.1:1/x",  # nobody listens
        "postgresql+asyncpg://postgres@nowhere.invalid/x",
        "sqlite+aiosqlite:////proc/nowhere/embudo.db",  # no folder, and none can be made
    ],
)
def test_a_database_that_cannot_be_reached_is_named(tmp_path: Path, command: list[str], url: str) -> None:
    done = embudo(tmp_path, *command, env={"EMBUDO_DATABASE_URL": url})
    assert done.returncode == 2
    assert done.stderr.startswith(b"EMBUDO_DATABASE_URL: the database cannot be ")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["rollups", "check", "--tenant", "a"], ["webhooks", "status", "--tenant", "a"]])
async def test_who_forgot_to_migrate_is_told(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "embudo.db").touch()
    async with empty_database(POSTGRESQL) as url:
        for changed in ({}, {"EMBUDO_DATABASE_URL": url}):
            done = embudo(tmp_path, *command, env=changed)
            assert done.returncode == 2
            assert done.stderr == b"EMBUDO_DATABASE_URL: the database schema is out of date: run embudo migrate\n"


def test_the_schema_is_the_committed_one(tmp_path: Path) -> None:
    done = embudo(tmp_path, "schema")
    assert done.stdout.decode("utf-8").strip() == (ROOT / "schema.graphql").read_text("utf-8").strip()


def test_migrating_twice_is_migrating_once(tmp_path: Path) -> None:
    for _ in range(2):
        assert embudo(tmp_path, "migrate").returncode == 0
    assert (tmp_path / "embudo.db").exists()


def test_tables_that_are_in_use_are_another_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(_database: Database) -> None:
        raise TablesLockedError

    monkeypatch.setenv("EMBUDO_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/embudo.db")
    monkeypatch.setattr(migrations, "migrate", busy)
    done = CliRunner().invoke(main.app, ["migrate"])
    assert done.exit_code == 3
