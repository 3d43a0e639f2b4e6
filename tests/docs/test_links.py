"""The documentation: every link to a file of ours leads somewhere, also to a part of a page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)")


def links(text: str) -> Iterator[tuple[str, str]]:
    """Yield each link outside of code as a path and the heading that it names; either may be empty."""
    without_code = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from LINK.findall(without_code)


def anchors(text: str) -> set[str]:
    """Return the names under which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for path, anchor in links(page.read_text("utf-8")):
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            broken.append(f"{path}#{anchor}")
    assert broken == []


def test_a_link_to_nowhere_is_found() -> None:
    assert list(links("[a](b.md#c) [d](#e) [f](https://g) `[h](i.md)`")) == [("b.md", "c"), ("", "e")]
    assert anchors("# What is `x`, really?\n## Two-part name") == {"what-is-x-really", "two-part-name"}


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    listed = {path for path, _ in links(index)}
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages <= listed
