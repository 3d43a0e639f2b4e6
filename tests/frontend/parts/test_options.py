"""The options of the filters: those with messages under the other filters, with their numbers, then the others."""

import re
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.frontend.test_accessibility import violations
from tests.frontend.test_view import settled
from tests.support.browser.users import Reader, operation, periods
from tests.support.servers.server import Server

QUERY = """query Q($filter: CampaignAnalyticsFilter!) {
  agents(first: 200) { nodes { id name } }
  campaignAnalytics(filter: $filter) {
    byAgent(first: 200) { nodes { agent { id name active } funnel { messages } } }
    byDepartment(first: 200) { nodes { department { name active } funnel { messages } } }
  }
}"""


def told(reader: Reader, period: str = "last90", **ids: Any) -> Any:
    """The API's rows of a period under some filters."""
    since, until = periods(reader.today())[period]
    return reader.server.ask(reader.identity, QUERY, filter={"sentOn": {"from": since, "to": until}, **ids})


def opened(page: Page, name: str) -> Locator:
    """The options of a filter, which is opened."""
    page.get_by_label("Filtros").get_by_role("button", name=name, exact=False).first.click()
    return page.get_by_role("listbox", name=name).get_by_role("option")


def numbers(options: Locator) -> list[int]:
    """The messages of each option that is listed."""
    found = [re.search(r"([\d.]+)\s*mensajes?", option.inner_text()) for option in options.all()]
    return [int(one.group(1).replace(".", "")) for one in found if one]


def test_the_options_are_those_with_messages_under_the_other_filters(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?period=last90&department=d2")
    settled(reader)
    answer = told(reader, departmentIds=["d2"])
    sums: Counter[str] = Counter()
    for row in answer["campaignAnalytics"]["byAgent"]["nodes"]:
        sums[row["agent"]["id"]] += row["funnel"]["messages"]
    assert 1 < len(sums) < len(answer["agents"]["nodes"])
    options = opened(page, "Agente")
    expect(options).to_have_count(len(sums))
    assert numbers(options) == sorted(sums.values(), reverse=True)
    assert violations(page) == []

    page.get_by_role("button", name=re.compile(r"^Ver todos \(\d+ más\)$")).click()
    expect(page.get_by_text("Sin mensajes con estos filtros")).to_be_visible()
    every = {agent["name"] for agent in answer["agents"]["nodes"]}
    expect(options).to_have_count(len(set(sums) | {agent["id"] for agent in answer["agents"]["nodes"]}))
    unused = next(agent for agent in answer["agents"]["nodes"] if agent["id"] not in sums)
    assert unused["name"] in every

    page.get_by_label("Agente: Buscar…").fill(unused["name"])  # a search finds all
    expect(options.filter(has_text=unused["name"])).to_have_count(1)
    options.filter(has_text=unused["name"]).click()
    expect(page).to_have_url(re.compile(f"agent={unused['id']}"))


def test_deleted_values_with_messages_are_below_the_others_and_are_found(demo: Server, page: Page) -> None:
    reader = Reader.enter(demo, page, "p1", "/?from=2025-01-01&to=2026-12-31")
    settled(reader)
    rows = reader.server.ask(reader.identity, QUERY, filter={"sentOn": {"from": "2025-01-01", "to": "2026-12-31"}})
    departments = rows["campaignAnalytics"]["byDepartment"]["nodes"]
    deleted = [row["department"]["name"] for row in departments if not row["department"]["active"]]
    assert deleted
    options = opened(page, "Departamento")
    expect(options).to_have_count(len(departments))
    expect(options.last).to_contain_text(f"{deleted[-1]} (eliminado)")
    page.get_by_label("Departamento: Buscar…").fill(deleted[0].upper()[:6])
    expect(options.filter(has_text=f"{deleted[0]} (eliminado)")).to_have_count(1)


def test_a_list_without_numbers_is_still_a_list(demo: Server, page: Page) -> None:
    body = {"data": None, "errors": [{"message": "no", "extensions": {"code": "TIMEOUT"}}]}

    def refuse(route: Route) -> None:
        if operation(route.request) == "UsedDepartments":
            route.fulfill(json=body)
        else:
            route.continue_()

    page.route("**/graphql", refuse)
    reader = Reader.enter(demo, page, "p1", "/?period=last90")
    settled(reader)
    options = opened(page, "Departamento")
    expect(options.first).to_be_visible()
    options.first.click()
    expect(page).to_have_url(re.compile("department="))


@pytest.mark.parametrize("person", ["p3"])
def test_supervisors_see_numbers_of_their_departments_only(demo: Server, page: Page, person: str) -> None:
    reader = Reader.enter(demo, page, person, "/?period=last90")
    settled(reader)
    rows = told(reader)["campaignAnalytics"]["byDepartment"]["nodes"]
    options = opened(page, "Departamento")
    expect(options).to_have_count(len(rows))
    assert sorted(numbers(options)) == sorted(row["funnel"]["messages"] for row in rows)
