"""Sources in docstrings: each page and each heading of ours that one names is there."""

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGES = ("analytics", "benchmarks", "graphql_schema", "resolvers", "scripts", "service", "tasks", "tests")
MODULES = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if path != Path(__file__).resolve()
]
HEADINGS = r'"[^"]+"(?:(?:, | and )"[^"]+")*'
NAMED = rf"docs/[\w/-]+\.md, {HEADINGS}"
SOURCE = re.compile(rf"Source: ({NAMED}(?:; {NAMED})*)")
# What is not ours begins with a capital letter (a company, a specification) or with an article.
OURS = re.compile(r"Source: (?!the )[a-z][^.]*\.?\S*")


def headings(page: str) -> set[str]:
    path = ROOT / page
    return set(re.findall(r"^#+ (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)) if path.is_file() else set()


def problems(text: str) -> list[str]:
    """Return the sources of ours in a module that name no page and heading, or one that is not there."""
    joined = " ".join(text.split())
    wrong = [ours for ours in OURS.findall(joined) if not SOURCE.match(ours + joined[joined.index(ours) + len(ours) :])]
    for source in SOURCE.findall(joined):
        for named in source.split("; "):
            page, names = named.split(", ", 1)
            wrong += [f"{page}: {name}" for name in re.findall('"([^"]+)"', names) if name not in headings(page)]
    return wrong


def test_every_source_of_ours_is_a_page_and_a_heading() -> None:
    found = {str(path.relative_to(ROOT)): problems(path.read_text("utf-8")) for path in MODULES}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('Source: docs/numbers.md, "Rates" and\n"Names".', 0),
        ('Source: docs/privacy.md, "A person"; docs/numbers.md, "Rates", for rates.', 0),
        ("Source: Meta, error codes.", 0),
        ('Source: docs/numbers.md, "Prices".', 1),
        ('Source: docs/nowhere.md, "Rates".', 1),
        ("Source: docs/numbers.md.", 1),
        ('Source: semantics, "Rates".', 1),
    ],
)
def test_a_wrong_source_is_found(text: str, wrong: int) -> None:
    assert len(problems(text)) == wrong


def test_every_section_that_the_oracle_cites_is_there() -> None:
    modules = sorted((ROOT / "tests" / "support" / "oracle").glob("*.py"))
    cited = {name for path in modules for name in re.findall(r"§ ([A-Z][^:.§]*\w)", path.read_text("utf-8"))}
    assert cited
    assert cited <= headings("docs/numbers.md")
