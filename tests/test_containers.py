"""Dockerfile and compose.yaml: read by the programs that know them, and held against what they speak of.

No image is built here: that needs an engine.
"""

import fnmatch
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from service.cli.main import app
from service.settings import Settings
from tests.support.paths import ROOT
from tests.support.servers.server import SECRET, running

FILES = ("Dockerfile", "compose.yaml", "docs/deployment.md")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
GIVEN = {"EMBUDO_TOKEN_SECRET": SECRET, "POSTGRES_PASSWORD": "letters"}


def program(name: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a program of the virtual environment. Skips visibly where there is none for this machine, never in CI."""
    path = Path(sys.executable).parent / name
    if not path.exists():
        assert not os.environ.get("CI"), f"CI needs {name}"
        pytest.skip(f"there is no {name} for this machine")
    kept = {key: value for key, value in os.environ.items() if key not in GIVEN and not key.startswith("EMBUDO_")}
    return subprocess.run(
        [path, *arguments], cwd=ROOT, env=kept | variables, capture_output=True, text=True, check=False
    )


def compose(**variables: str) -> "subprocess.CompletedProcess[str]":
    """compose.yaml as Docker Compose understands it, with these variables and no others."""
    return program("docker-compose", "--env-file", os.devnull, "config", "--format", "json", **variables)


@pytest.fixture(scope="module")
def composed() -> Any:
    done = compose(**GIVEN)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ours(composed: Any) -> dict[str, Any]:
    """The services that run our image."""
    return {name: service for name, service in composed["services"].items() if service["image"].startswith("embudo:")}


def instructions(name: str) -> list[str]:
    """The arguments of an instruction of the Dockerfile, each time it comes."""
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    return [line.removeprefix(name).strip() for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_the_dockerfile_is_what_its_linter_likes() -> None:
    done = program("hadolint", "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("missing", GIVEN)
def test_secrets_come_from_outside(missing: str) -> None:
    done = compose(**{name: value for name, value in GIVEN.items() if name != missing})
    assert done.returncode != 0
    assert f"required variable {missing} is missing" in done.stderr


@pytest.mark.parametrize("file", FILES)
def test_every_variable_is_a_setting(file: str) -> None:
    named = set(re.findall(r"\bEMBUDO_([A-Z_]+)\b", (ROOT / file).read_text("utf-8")))
    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_settings_of_each_service_are_good(composed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    image = dict(pair.split("=", 1) for line in instructions("ENV") for pair in shlex.split(line))
    for service in ours(composed).values():
        with monkeypatch.context() as changed:
            for name, value in (image | service["environment"]).items():
                if name.startswith("EMBUDO_"):
                    changed.setenv(name, value)
            settings = Settings.read()
        assert settings.host == "0.0.0.0"  # noqa: S104  a container's own network
        assert settings.secret == SECRET
        (mounted,) = [volume for volume in service["volumes"] if volume["source"] == "files"]
        assert settings.files_url.startswith(f"file://{mounted['target']}/")


def test_every_command_is_one(composed: Any) -> None:
    commands = {name: service["command"] for name, service in ours(composed).items()}
    assert {"migrate", "api", "worker"} == set(commands)
    group: Any = typer.main.get_command(app)
    for arguments in [*commands.values(), *(json.loads(given) for given in instructions("CMD")[-1:])]:
        with group.make_context("embudo", list(arguments)) as whole:
            name, command, rest = group.resolve_command(whole, list(arguments))
            command.make_context(name, rest, parent=whole).close()  # which parses its options


def test_what_others_wait_for_can_happen(composed: Any) -> None:
    services = composed["services"]
    for service in services.values():
        for other, awaited in service.get("depends_on", {}).items():
            if awaited["condition"] == "service_healthy":
                assert services[other]["healthcheck"]["test"][0] == "CMD"
            else:
                assert awaited["condition"] == "service_completed_successfully"
                assert services[other]["restart"] == "no"
    assert all({"migrate", "postgres", "redis"} <= set(services[name]["depends_on"]) for name in ("api", "worker"))


def test_nobody_else_reaches_what_is_inside(composed: Any) -> None:
    published = {name: service["ports"] for name, service in composed["services"].items() if "ports" in service}
    assert [port["host_ip"] for port in published.pop("api")] == ["127.0.0.1"]
    assert published == {}
    for service in ours(composed).values():
        assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])  # noqa: S108


def test_all_that_is_copied_is_there() -> None:
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    sources = [source for given in instructions("COPY") if "--from" not in given for source in given.split()[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert Path(source).parts[0] in let_in, source
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]["find"]
    assert {f"{package.rstrip('*')}/" for package in packages["include"]} <= set(sources)


def test_all_that_is_built_is_installed() -> None:
    # What the build notes down for its own checks (.vite) is not served.
    pages = ROOT / "service" / "pages"
    built = [path for path in pages.rglob("*") if path.is_file() and path.relative_to(pages).parts[0] != ".vite"]
    if not built:
        assert not os.environ.get("CI"), "CI builds the pages"
        pytest.skip("the pages are not built")
    taken = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]["service"]
    for path in built:
        name = path.relative_to(ROOT / "service").as_posix()
        assert any(fnmatch.fnmatchcase(name, pattern) for pattern in taken), name


def test_it_runs_as_nobody_in_particular_and_hears_signals() -> None:
    assert [user.split(":")[0] for user in instructions("USER")] == ["10001"]
    assert json.loads(instructions("ENTRYPOINT")[-1]) == ["embudo"]


def test_its_health_is_asked_for(tmp_path: Path) -> None:
    _, _, asked = instructions("HEALTHCHECK")[0].partition("CMD ")
    program, *arguments = json.loads(asked)
    assert program == "python"

    def healthy(port: int) -> bool:
        environment = {**os.environ, "EMBUDO_PORT": str(port)}
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
        return done.returncode == 0

    with running(tmp_path) as server:
        assert healthy(server.port)
    assert not healthy(server.port)
