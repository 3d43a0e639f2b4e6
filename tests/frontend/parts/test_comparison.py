"""The comparison with an earlier period in a browser: its choice, its numbers against the API's, and its line."""

import re
from datetime import date, timedelta
from math import floor
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from analytics.domain.measures.comparison import Comparison
from tests.frontend.test_view import settled
from tests.support.browser.users import Reader, operation
from tests.support.servers.server import Server

RATES = ("sent", "delivered", "read", "responded")
LINE = re.compile("ompara")  # of "Comparado con", "No se compara con" and "Sin comparar"


def line(page: Page) -> Locator:
    """The line that says what the numbers are compared with."""
    return page.get_by_label("Embudo", exact=True).get_by_role("button", name=LINE)


def changes(page: Page) -> Locator:
    """All changes on the page."""
    return page.locator("[data-number=change]")


def shown(rate: float) -> float:
    """A rate as it is written, in tenths of a percent."""
    return floor(1000 * rate + 0.5) / 1000


def written(page: Page, change: float, unit: str) -> str:
    """A change as the page writes it; `unit` is "percent" or "points"."""
    if abs(change) < 0.0005:
        return "igual"
    text: str = page.evaluate(
        """([change, isRate]) => new Intl.NumberFormat("es-CL", {
            style: isRate ? "decimal" : "percent",
            minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero",
        }).format(isRate ? 100 * change : change) + (isRate ? " pp" : "")""",
        [change, unit == "points"],
    )
    return text


def changes_agree(reader: Reader, told: Any) -> None:
    """The funnel's changes are those between the API's numbers of both periods."""
    page, now, before = reader.page, told["funnel"], told["previousPeriod"]["funnel"]
    expected = written(page, now["messages"] / before["messages"] - 1, "percent")
    messages = page.locator("li[data-step=messages]")
    expect(changes(page).first).to_have_text(expected)
    expect(messages.locator("p[data-judgment]")).to_have_count(0)  # more is neither good nor bad
    for name in (*RATES, "bounced"):
        step = page.locator(f"[data-step={name}]:is(li, div)").first
        change = step.locator("[data-number=change]")
        expect(change).to_have_text(written(page, shown(now[name]["rate"]) - shown(before[name]["rate"]), "points"))
        expect(step.locator("[data-number=before]")).to_contain_text(
            f"antes {reader.written('rate', before[name]['rate'])} · "
        )


def first_day(reader: Reader) -> date:
    """The day of the first message that a reader may see."""
    return date.fromisoformat(reader.api("?period=last7")["previousPeriod"]["coverage"]["firstMessageOn"])


def days(first: date, count: int) -> str:
    """A link's parameters for some days."""
    return f"from={first}&to={first + timedelta(days=count - 1)}"


def choose(page: Page, name: str) -> None:
    """Choose what to compare with."""
    line(page).click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def last_month(today: date) -> tuple[date, date]:
    """The first and the last day of the month before."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def test_a_month_is_compared_with_the_month_before(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?period=lastMonth")
    settled(reader)
    first, last = last_month(reader.today())
    told = reader.api(f"?from={first}&to={last}", Comparison.PERIOD_BEFORE)
    assert told["previousPeriod"]["period"]["from"] == str(last_month(first)[0])
    assert told["previousPeriod"]["period"]["to"] == str(last_month(first)[1])
    expect(line(page)).to_contain_text("Comparado con 1")
    changes_agree(reader, told)


def test_what_reaches_today_is_compared_until_this_hour(demo: Server, page: Page) -> None:
    # Nobody has sent yet in the night of the first day of a month, nor on a Monday's: hardly ever in both.
    reader = Reader.enter(demo, page, "p1", "/?period=thisMonth")
    today = reader.today()
    if not reader.api(f"?from={today.replace(day=1)}&to={today}")["funnel"]["messages"]:
        page.goto(page.url.replace("thisMonth", "thisWeek"))
    expect(line(page)).to_have_text(re.compile(r"^Comparado con .* hasta las \d\d:\d\d$"))


def test_what_to_compare_with_is_chosen_and_in_the_address(administrator: Reader) -> None:
    page = administrator.page
    settled(administrator)
    changes_agree(administrator, administrator.api("?period=last30"))
    line(page).focus()
    page.keyboard.press("Enter")
    choices = page.get_by_role("dialog")
    expect(choices.get_by_role("button", pressed=True)).to_have_text("El período anterior")
    with page.expect_request(lambda sent: sent.url.endswith("/graphql") and operation(sent) == "View") as asked:
        page.keyboard.press("Shift+Tab")
        expect(choices.get_by_role("button", name="Sin comparar")).to_be_focused()
        page.keyboard.press("Enter")
    body: Any = asked.value.post_data_json
    assert body["variables"]["compares"] is False
    expect(page).to_have_url(re.compile("compare=none"))
    expect(line(page)).to_have_text("Sin comparar")
    expect(changes(page)).to_have_count(0)
    expect(page.locator("[data-area=series]").get_by_role("button", name="período anterior")).to_have_count(0)
    page.reload()
    settled(administrator)
    expect(line(page)).to_have_text("Sin comparar")
    choose(page, "El período anterior")
    expect(page).not_to_have_url(re.compile("compare="))
    expect(line(page)).to_contain_text("Comparado con")


def test_days_are_compared_with_those_of_last_year(administrator: Reader) -> None:
    page = administrator.page
    settled(administrator)
    first = first_day(administrator) + timedelta(days=370)
    page.goto(f"{administrator.server.url}/?{days(first, 10)}")
    settled(administrator)
    choose(page, "El mismo período del año pasado")
    expect(page).to_have_url(re.compile("compare=year"))
    told = administrator.api(comparison=Comparison.SAME_PERIOD_LAST_YEAR)
    assert told["previousPeriod"]["period"]["from"] == str(first.replace(year=first.year - 1))
    expect(line(page)).to_contain_text(str(first.year - 1))
    changes_agree(administrator, told)
    legend = page.locator("[data-area=series]").get_by_role("button", name="Mensajes, año pasado")
    expect(legend).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    ("later", "why"),
    [(5, "sin datos completos antes del "), (0, "sin datos antes del ")],
    ids=["in its middle", "after it"],
)
def test_nothing_is_compared_where_the_data_begins(administrator: Reader, later: int, why: str) -> None:
    """Nor are the points of that period asked for."""
    page = administrator.page
    settled(administrator)
    first = first_day(administrator)
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(operation(sent)) if sent.url.endswith("/graphql") else None)
    page.goto(f"{administrator.server.url}/?{days(first + timedelta(days=later), 10)}")
    settled(administrator)
    expect(line(page)).to_have_text(re.compile(f"^No se compara con .*: {why}{first.day} .*{first.year}$"))
    expect(page.locator("[data-area=speed]")).to_be_visible()
    expect(changes(page)).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert "EarlierSeries" not in asked


def test_the_chart_and_its_table_show_the_earlier_points(administrator: Reader) -> None:
    page = administrator.page
    settled(administrator)
    part = page.locator("[data-area=series]")
    dashed = part.locator("[data-drawn] path[stroke-dasharray='5,4']")
    expect(dashed).to_have_count(1)
    legend = part.get_by_role("button", name="Mensajes, período anterior")
    legend.click()
    expect(dashed).to_have_count(0)
    legend.click()
    expect(dashed).to_have_count(1)
    part.get_by_role("button", name="Mensajes", exact=True).click()  # hide the line: that of the next one is drawn
    expect(part.get_by_role("button", name="Leídos, período anterior")).to_be_visible()
    part.get_by_role("button", name="Ver como tabla").click()
    expect(part.locator("thead th").last).to_have_text("Leídos, antes")
    before = administrator.api("?period=last30")["previousPeriod"]["timeSeries"]
    counts = [administrator.written("count", point["funnel"]["read"]["count"]) for point in before]
    # The same weekday is 28 days before: the first two earlier days are not shown, and beside the last two is none.
    expect(part.locator("tbody td:last-child")).to_have_text([*counts[2:], "", ""])
    part.get_by_role("button", name="Evolución", exact=True).click()
    expect(page.get_by_text("cada día está junto al mismo día de la semana")).to_be_visible()
