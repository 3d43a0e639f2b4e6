"""docs/settings.md: its table is that of the code."""

import pytest

from scripts.settings_table import MARK, PAGE, render_page, render_table
from service.settings import METRICS_FOLDER, Settings


def test_the_page_is_current() -> None:
    page = PAGE.read_text("utf-8")
    assert MARK in page
    assert page == render_page(page), "run `make settings`"


def test_a_page_with_another_table_is_not_current() -> None:
    page = PAGE.read_text("utf-8")
    assert render_page(page.replace("`EMBUDO_PORT`", "`EMBUDO_DOOR`")) == page


@pytest.mark.parametrize(
    "row",
    [
        "| `EMBUDO_PORT` | 0 to 65,535 | `8000` |",
        "| `EMBUDO_MESSAGE_MONTHS` | 1 to 1,000,000 | none |",
        "| `EMBUDO_REQUEST_SECONDS` | above 0 to 3,600 | `30` |",
        "| `EMBUDO_DEMO` | `true`, `false` | `false` |",
        "| `EMBUDO_INTROSPECTION` | `viewers`, `everyone`, `nobody` | `viewers` |",
        "| `EMBUDO_DATABASE_URL` | text | `sqlite+aiosqlite:///…/var/embudo.db` |",
        "| `EMBUDO_DOCUMENTS` | a file | none |",
    ],
)
def test_a_row_has_the_values_and_the_default(row: str) -> None:
    assert row in render_table()


def test_every_setting_is_described() -> None:
    rows = render_table().splitlines()[2:]
    assert len(rows) == len(Settings.model_fields) - 1, f"all but {METRICS_FOLDER}, which the service sets itself"
    assert all(len(row.split(" | ")[-1]) > 20 for row in rows)
