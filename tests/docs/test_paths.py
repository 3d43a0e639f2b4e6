"""The documentation: every file and folder of ours that it names is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = (
    "analytics",
    "benchmarks",
    "docs",
    "frontend",
    "graphql_schema",
    "resolvers",
    "scripts",
    "service",
    "tasks",
    "tests",
)
NAMED = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`")
# docs/security.md names tests without their first folder, in its last column.
TESTS = re.compile(r"`((?:analytics|attack|frontend|graphql_schema|resolvers|service|tasks)/[\w/]*/?\w+\.py)`")


def paths(page: Path) -> Iterator[Path]:
    """Yield each path of ours that a page names."""
    text = page.read_text("utf-8")
    if page.name == "security.md":
        columns = re.findall(r" \| ([^|]*) \|$", text, flags=re.MULTILINE)
        yield from (Path("tests") / name for column in columns for name in TESTS.findall(column))
        text = re.sub(r" \| [^|]* \|$", "", text, flags=re.MULTILINE)
    yield from map(Path, NAMED.findall(text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    built = ROOT / "service" / "pages"  # which may not be built
    missing = {
        str(path) for path in paths(page) if not (ROOT / path).exists() and not (ROOT / path).is_relative_to(built)
    }
    assert missing == set()


def test_paths_are_found() -> None:
    named = list(paths(ROOT / "docs" / "architecture.md"))
    assert Path("analytics/domain/query_spec.py") in named
    assert Path("tests/service/auth/test_tokens.py") in list(paths(ROOT / "docs" / "security.md"))
