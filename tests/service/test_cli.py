from pathlib import Path

from service.tokens import Tokens
from tests.factories import identity
from tests.service.servers import ROOT, SECRET, embudo


def test_a_token_of_the_command_is_good(tmp_path: Path) -> None:
    done = embudo(tmp_path, "token", "--tenant", "acme", "--role", "supervisor", "--user", "s1", "--name", "Ana")
    assert done.returncode == 0
    assert Tokens(SECRET).read(done.stdout.decode().strip()) == identity("acme", "supervisor", "s1", name="Ana")


def test_a_token_of_no_role_is_refused(tmp_path: Path) -> None:
    assert embudo(tmp_path, "token", "--tenant", "acme", "--role", "king", "--user", "s1").returncode == 2


def test_without_a_secret_nothing_starts(tmp_path: Path) -> None:
    for command in (["serve"], ["token", "--tenant", "a", "--role", "analyst", "--user", "u"]):
        done = embudo(tmp_path, *command, env={"EMBUDO_TOKEN_SECRET": "short"})
        assert done.returncode == 2
        assert b"EMBUDO_TOKEN_SECRET" in done.stderr
        assert b"Traceback" not in done.stderr


def test_the_schema_is_the_committed_one(tmp_path: Path) -> None:
    done = embudo(tmp_path, "schema")
    assert done.stdout.decode("utf-8").strip() == (ROOT / "schema.graphql").read_text("utf-8").strip()


def test_migrating_twice_is_migrating_once(tmp_path: Path) -> None:
    for _ in range(2):
        assert embudo(tmp_path, "migrate").returncode == 0
    assert (tmp_path / "embudo.db").exists()
