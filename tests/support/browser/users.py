"""People of the demo at the page, and what the API tells the same person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, Request, expect

from analytics.domain.access import Identity
from analytics.domain.measures.comparison import Comparison
from analytics.domain.query_spec import DIMENSIONS
from benchmarks.page.variables import Filters
from service.demo.events import PEOPLE, identity_of
from tests.support.servers.server import Server, embudo

IDENTITIES = {person.user_id: identity_of(person) for person in PEOPLE}
# The parameter of a link for each dimension: its field in the singular, with `not_` if its values are left out; see
# docs/frontend.md.
PARAMETERS = {one.field: one.field.removesuffix("s").replace("excluded_", "not_") for one in DIMENSIONS}
# The argument of the API for each parameter.
ARGUMENTS = {PARAMETERS[dimension.field]: dimension.argument for dimension in DIMENSIONS}

FUNNEL = """
fragment Step on FunnelStep { count tickets rate }
fragment Numbers on Funnel {
  messages tickets
  sent { ...Step } bounced { ...Step } pending { ...Step } delivered { ...Step } read { ...Step } responded { ...Step }
}
"""

# GraphiQL's button once it knows the tab's operations: it asks which of them to run.
EXECUTE = ".graphiql-execute-button[aria-haspopup=menu]"

# What a browser tells a page that it shows again as it was; Playwright's keeps none for that.
COMES_BACK = """for (const type of ["pagehide", "pageshow"])
  window.dispatchEvent(new PageTransitionEvent(type, { persisted: true }));"""

VIEW = (
    """
query View($filter: CampaignAnalyticsFilter!, $comparison: Comparison!) {
  campaignAnalytics(filter: $filter) {
    funnel { ...Numbers }
    previousPeriod(comparison: $comparison) {
      period { from to }
      coverage { complete firstMessageOn }
      funnel { ...Numbers }
      responseTime { median p90 }
      timeSeries(granularity: DAY) { on funnel { ...Numbers } }
    }
    responseTime { responses median p90 }
    maturing { messages until }
    responsesByHour { hour responses }
    responseHeatmap { weekday hour responses }
    timeSeries(granularity: DAY) { on funnel { ...Numbers } }
    bounceReasons { code title count share }
    byAgentTotal(first: 200, orderBy: {field: SENT}) {
      nodes { agent { name } departments { name } funnel { ...Numbers } }
    }
    byAgent(first: 200, orderBy: {field: SENT}) { nodes { agent { name } department { name } funnel { ...Numbers } } }
    byDepartment(first: 200, orderBy: {field: SENT}) { nodes { department { name } funnel { ...Numbers } } }
    byTemplate(first: 200, orderBy: {field: SENT}) { nodes { template { name } funnel { ...Numbers } } }
    byAccount(first: 200, orderBy: {field: SENT}) { nodes { account { name } funnel { ...Numbers } } }
    byCategory(first: 200, orderBy: {field: SENT}) { nodes { category funnel { ...Numbers } } }
  }
}
"""
    + FUNNEL
)


def operation(request: Request) -> str:
    """The name of what a request asks for."""
    body: Any = request.post_data_json
    name: str = body["operationName"]
    return name


def periods(today: date) -> dict[str, list[str]]:
    """The first and the last day of the periods that a link may name."""
    days = {"last7": 7, "last30": 30, "last90": 90}
    return {name: [str(today - timedelta(days=n - 1)), str(today)] for name, n in days.items()}


def run(server: Server, *arguments: str) -> None:
    """Run a command for a server, in a process of its own."""
    done = embudo(server.folder, *arguments)
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class Reader:
    """Someone at the page."""

    server: Server
    page: Page
    identity: Identity

    @staticmethod
    def enter(server: Server, page: Page, person: str, address: str = "/") -> "Reader":
        """Open an address with a token in the fragment, as a platform's link does."""
        reader = Reader(server, page, IDENTITIES[person])
        token = server.headers(reader.identity)["Authorization"].removeprefix("Bearer ")
        page.goto(f"{server.url}{address}#token={token}")
        return reader

    def api(self, address: str | None = None, comparison: Comparison | None = None) -> Any:
        """Return the API's response for the filter in the page's address.

        Without `comparison`, the earlier period is the one that the page compares these days with by itself.
        """
        days = periods(self.today())
        from_page = self.page.evaluate(
            """([search, periods, parameters]) => {
                const found = new URLSearchParams(search ?? location.search);
                const ids = (name) => (found.has(name) ? found.getAll(name) : null);
                const [from, to] = periods[found.get("period")] ?? [found.get("from"), found.get("to")];
                return {
                    sentOn: { from, to },
                    ...Object.fromEntries(parameters.map(([name, argument]) => [argument, ids(name)])),
                    categories: ids("category")?.map((word) => word.toUpperCase()) ?? null,
                    languages: ids("language"),
                };
            }""",
            [address, days, list(ARGUMENTS.items())],
        )
        first, last = (date.fromisoformat(from_page["sentOn"][name]) for name in ("from", "to"))
        rolls = [str(first), str(last)] in days.values()
        compared = comparison or (Comparison.DAYS_BEFORE if rolls else Filters(first, last).comparison)
        told = self.server.ask(self.identity, VIEW, filter=from_page, comparison=compared.value)
        return told["campaignAnalytics"]

    def today(self) -> date:
        """The day it is in the tenant's zone."""
        zone = self.server.ask(self.identity, "{ viewer { timeZone } }")["viewer"]["timeZone"]
        return datetime.now(ZoneInfo(zone)).date()

    def choose_period(self, name: str) -> None:
        """Choose one of the presets of the dates."""
        self.page.get_by_label("Filtros").get_by_role("button", name="Fecha de envío").click()
        self.page.get_by_role("navigation", name="Períodos").get_by_role("button", name=name).click()
        expect(self.page.get_by_label("Filtros").get_by_role("button", name="Fecha de envío")).to_contain_text(name)

    def written(self, kind: str, number: float | None) -> str:
        """A number as the page's language writes it."""
        if number is None:
            return "–"
        if kind == "rate" and 0 < number < 0.0005:
            return "<0,1%"
        options = {"count": {}, "rate": {"style": "percent", "minimumFractionDigits": 1, "maximumFractionDigits": 1}}
        text: str = self.page.evaluate(
            "([number, options]) => new Intl.NumberFormat('es-CL', options).format(number)", [number, options[kind]]
        )
        return text
