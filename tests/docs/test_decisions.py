"""docs/decisions: each has a status and a date, and the index lists all of them as they are."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\n"
    r"(?P<status>Proposed|Accepted|Superseded by \[decision \d+\]\([^)]+\)), (?P<date>\d{4}-\d{2}-\d{2})\.[ \n]"
)


def read_head(page: Path) -> dict[str, str]:
    """Return the number, title, status and date with which a decision begins."""
    match = HEAD.match(page.read_text("utf-8"))
    assert match is not None, page.name
    return match.groupdict()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name[:4])
def test_a_decision_has_a_number_a_status_and_a_date(page: Path) -> None:
    assert int(read_head(page)["number"]) == int(page.name[:4])


def test_the_index_lists_every_decision_as_it_is() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((\d{4}-.+\.md)\) \| (.+) \| (.+) \|$", index, flags=re.MULTILINE)
    heads = [(read_head(page), page.name) for page in PAGES]
    assert rows == [(head["number"], head["title"], name, head["status"], head["date"]) for head, name in heads]


def test_the_template_has_the_form_of_a_decision() -> None:
    assert HEAD.match((FOLDER / "template.md").read_text("utf-8"))
