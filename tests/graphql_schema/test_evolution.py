"""The changes of the schema that are allowed between releases: frontend/build/evolution.js, which `make check` runs."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import ROOT

FRONTEND = ROOT / "frontend"
SCRIPT = FRONTEND / "build" / "evolution.js"

RELEASED = """
type Query { funnel(first: Int): Funnel }
type Funnel { messages: Int! tickets: Int! kind: Kind! }
enum Kind { ONE TWO }
"""
UNRELEASED = "# Changelog\n\n## 0.2.0 (unreleased)\n\n- Something else.\n"
NAMED = UNRELEASED + "\n### Breaking\n\n- `Funnel.tickets` is gone: ask the platform.\n"
AFTERWARDS = "\n## 0.1.0 (2026-11-24)\n\n### Breaking\n\n- `Funnel.kind` is gone.\n"


@pytest.fixture(autouse=True)
def node() -> None:
    """Node.js with the frontend's packages. Skips visibly where they are not, never in CI."""
    if shutil.which("node") and (FRONTEND / "node_modules" / "@graphql-inspector" / "core").exists():
        return
    assert not os.environ.get("CI"), "CI installs Node.js and the frontend's packages"
    pytest.skip("the frontend's packages are not installed: `make build` installs them where there is Node.js")


@dataclass
class Repository:
    """A folder with what the script reads."""

    folder: Path

    def release(self, version: str, schema: str = RELEASED) -> None:
        """Keep the schema of a release."""
        (self.folder / "releases").mkdir(exist_ok=True)
        (self.folder / "releases" / f"{version}.graphql").write_text(schema, "utf-8")

    def check(self, schema: str, changelog: str = UNRELEASED) -> tuple[int, list[str], str]:
        """The script's exit code, what it complains about, and what else it says."""
        paths = {"schema": self.folder / "schema.graphql", "changelog": self.folder / "CHANGELOG.md"}
        paths["schema"].write_text(schema, "utf-8")
        paths["changelog"].write_text(changelog, "utf-8")
        paths["releases"] = self.folder / "releases"
        options = [f"--{name}={path}" for name, path in paths.items()]
        run = subprocess.run(["node", SCRIPT, *options], capture_output=True, text=True, timeout=120, check=False)
        return run.returncode, run.stderr.splitlines(), run.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One that released 0.1.0."""
    repository = Repository(tmp_path)
    repository.release("0.1.0")
    return repository


def without(part: str, instead: str = "") -> str:
    assert part in RELEASED
    return RELEASED.replace(part, instead)


def test_ours_as_it_is_passes() -> None:
    """With the paths that it has of itself."""
    run = subprocess.run(["node", SCRIPT], capture_output=True, text=True, timeout=120, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert "The schema since " in run.stdout


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("Funnel.tickets", without("tickets: Int!")),
        ("Funnel.tickets", without("tickets: Int!", "tickets: Int")),
        ("Kind.TWO", without("TWO")),
        ("Query.funnel.first", without("first: Int", "first: Int!")),
        ("Query.funnel.last", without("first: Int", "first: Int last: Int!")),
        ("Kind", without("enum Kind { ONE TWO }").replace("Kind!", "Int!")),
    ],
)
def test_what_breaks_clients_must_be_named(repository: Repository, path: str, schema: str) -> None:
    code, complaints, _ = repository.check(schema)
    assert code == 1
    assert [sentence for sentence in complaints if sentence.startswith(f"`{path}` breaks clients of 0.1.0: ")]
    assert all(f'name `{sentence.split("`")[1]}` under "### Breaking"' in sentence for sentence in complaints)


def test_what_is_named_may_break(repository: Repository) -> None:
    code, complaints, said = repository.check(without("tickets: Int!"), NAMED)
    assert (code, complaints) == (0, [])
    assert "breaking changes: 1" in said


@pytest.mark.parametrize(
    "changelog",
    [
        NAMED.replace("### Breaking", "### Changed"),
        NAMED.replace("`Funnel.tickets`", "Funnel.tickets"),
        NAMED.replace("`Funnel.tickets`", "`Funnel`"),
        NAMED.replace("(unreleased)", "(2026-12-01)"),
        UNRELEASED + NAMED.removeprefix(UNRELEASED).replace("###", "## 0.1.0\n\n###"),
    ],
    ids=["another heading", "no backticks", "only its type", "nothing is unreleased", "in an older part"],
)
def test_named_elsewhere_is_not_named(repository: Repository, changelog: str) -> None:
    code, complaints, _ = repository.check(without("tickets: Int!"), changelog)
    assert code == 1
    assert [sentence for sentence in complaints if sentence.startswith("`Funnel.tickets` breaks")]


def test_one_name_does_not_excuse_another(repository: Repository) -> None:
    code, complaints, _ = repository.check(without("tickets: Int! kind: Kind!"), NAMED + AFTERWARDS)
    assert code == 1
    assert [sentence.split(" breaks")[0] for sentence in complaints] == ["`Funnel.kind`"]


def test_more_is_no_break_and_surprises_are_told(repository: Repository) -> None:
    code, complaints, said = repository.check(without("TWO", "TWO THREE").replace("kind:", "new: Int kind:"))
    assert (code, complaints) == (0, [])
    assert "`Kind.THREE` may surprise clients of 0.1.0" in said
    assert "Funnel.new" not in said


def test_the_newest_release_is_the_greatest_version(repository: Repository) -> None:
    repository.release("0.9.0")
    repository.release("0.10.0", without("tickets: Int!"))
    code, complaints, said = repository.check(without("tickets: Int!"))
    assert (code, complaints) == (0, [])
    assert "The schema since 0.10.0" in said


def test_a_release_keeps_its_schema(repository: Repository) -> None:
    code, complaints, _ = repository.check(RELEASED, UNRELEASED.replace("(unreleased)", "(2026-12-01)"))
    assert code == 1
    assert complaints == ["0.2.0 is released, but not its schema: copy it to docs/schema/0.2.0.graphql."]


def test_a_kept_schema_is_named_after_its_release(repository: Repository) -> None:
    repository.release("next")
    code, complaints, _ = repository.check(RELEASED)
    assert code == 1
    assert complaints == ['docs/schema has "next.graphql": its files are named after releases, as 1.2.3.graphql.']


DATED = '@deprecated(reason: "Use messages. Goes on 2028-02-29.")'
UNDATED = [
    "@deprecated",
    '@deprecated(reason: "Use messages.")',
    '@deprecated(reason: "Goes on 2027-06-30.")',
    '@deprecated(reason: "Use messages. Goes on 2027-06-30, perhaps.")',
    '@deprecated(reason: "Use messages. Goes on 2027-02-30.")',
    '@deprecated(reason: "Use messages. Goes on 30-06-2027.")',
]
DEPRECABLE = {
    "Funnel.tickets": "tickets: Int!",
    "Query.funnel.first": "first: Int",
    "Kind.TWO": "TWO",
}


@pytest.mark.parametrize("deprecated", UNDATED)
def test_a_deprecation_has_a_day(repository: Repository, deprecated: str) -> None:
    code, complaints, _ = repository.check(without("tickets: Int!", f"tickets: Int! {deprecated}"))
    assert (code, len(complaints)) == (1, 1)
    assert complaints[0].startswith("`Funnel.tickets` is deprecated without a day")


@pytest.mark.parametrize(("path", "part"), DEPRECABLE.items(), ids=DEPRECABLE.keys())
def test_so_it_is_everywhere(repository: Repository, path: str, part: str) -> None:
    code, complaints, said = repository.check(without(part, f"{part} {DATED}"))
    assert (code, complaints) == (0, [])
    assert "dangerous ones: 0" in said
    code, complaints, _ = repository.check(without(part, f"{part} @deprecated"))
    assert (code, [sentence.split(" is deprecated")[0] for sentence in complaints]) == (1, [f"`{path}`"])
