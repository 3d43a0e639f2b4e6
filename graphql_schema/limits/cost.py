"""What a document may cost, known before anything is run: which fields run SQL, and how many rows they give.

A point is about a millisecond of one core on the demo company, for the worst filter: all of its days in a zone of
other days than the rollups'. Measured, then taken a third higher. A variable's value is not known here, so it
counts as the most that it may be.
"""

from dataclasses import dataclass

from graphql import EnumValueNode, FieldNode, GraphQLField, IntValueNode

from analytics.domain.export_columns import ExportColumn
from analytics.domain.limits import MAX_FILTER_IDS, MAX_PAGE_SIZE, MAX_SERIES_POINTS

MICROSECONDS = 1_000  # in a point

# Fields that read, and what they read: fields beside each other that read the same share it (see
# `resolvers.loader`). In microseconds.
READS = {
    "CampaignAnalytics.funnel": ("by department", 90_000),
    "CampaignAnalytics.byDepartment": ("by department", 90_000),
    "CampaignAnalytics.byAgent": ("by agent", 120_000),
    "CampaignAnalytics.byTemplate": ("by template", 150_000),
    "CampaignAnalytics.byAccount": ("by account", 110_000),
    "CampaignAnalytics.timeSeries": ("by day", 90_000),
    "CampaignAnalytics.responsesByHour": ("by hour of reply", 30_000),
    "CampaignAnalytics.responseHeatmap": ("by hour of reply", 30_000),
    "CampaignAnalytics.responseTime": ("response times", 25_000),
    "CampaignAnalytics.bounceReasons": ("bounces", 25_000),
    "CampaignAnalytics.maturing": ("maturing", 10_000),
    "Query.accounts": ("accounts", 10_000),
    "Query.agents": ("agents", 10_000),
    "Query.departments": ("departments", 10_000),
    "Query.templates": ("templates", 10_000),
    "Viewer.departments": ("names", 5_000),
}
# The names of ids are read for each list of them.
NAMES_OF_IDS = 10_000
# An hourly series is read by itself, all others from the same days.
HOURLY = ("by hour", 115_000)
# Fields that read each time they are asked for.
UNSHARED_READS = {
    "Query.exports": 10_000,
    "Query.export": 5_000,
    "Query.limits": 5_000,
    "Mutation.createExport": 20_000,
    "Mutation.cancelExport": 20_000,
    "Mutation.deleteExport": 20_000,
    "Subscription.exportUpdated": 10_000,
    # The specification of an export may have four thousand ids, which is what is read and written then.
    "Export.filter": 2_500,
    "Export.downloadUrl": 2_500,
}
PREVIOUS_PERIOD = "CampaignAnalytics.previousPeriod"
# The days before a period are others than its own: together they cannot be more than all the days there are. What is
# left for what is asked of both is the price of asking again; what is asked of the one before alone is paid in full.
PREVIOUS_PERIOD_FACTOR = 0.1

# Microseconds for each read to look for one more value of the variables in what it reads: the ids of a filter. So many
# are in the prices above.
VALUE = 14.0
FREE_VALUES = 100

# Lists that are no pages, and how many items they have at most, or on average where others are bounded beside them.
LISTS = {
    "CampaignAnalytics.responsesByHour": 24,
    "CampaignAnalytics.responseHeatmap": 168,
    "CampaignAnalytics.bounceReasons": 50,
    "TemplatePerformance.departments": 5,
    "Viewer.departments": 100,
    "Export.columns": len(ExportColumn),
    "AppliedFilter.templateIds": MAX_FILTER_IDS,
    "AppliedFilter.accountIds": MAX_FILTER_IDS,
    "AppliedFilter.departmentIds": MAX_FILTER_IDS,
    "AppliedFilter.agentIds": MAX_FILTER_IDS,
    "__Schema.types": 80,
    "__Schema.directives": 8,
    "__Type.fields": 6,
    "__Type.inputFields": 1,
    "__Type.enumValues": 2,
    "__Type.interfaces": 1,
    "__Type.possibleTypes": 1,
    "__Field.args": 1,
    "__Directive.args": 2,
    "__Directive.locations": 4,
}
# What an item costs, where it is more than a row of names.
ROWS = {
    "Query.exports": 300.0,  # with its specification, which is fetched with it
    **dict.fromkeys((name for name in LISTS if name.startswith("AppliedFilter.")), 0.8),
    **dict.fromkeys(
        (f"CampaignAnalytics.{name}" for name in ("byAgent", "byDepartment", "byTemplate", "byAccount", "timeSeries")),
        28.0,  # with a funnel, which is eight objects
    ),
}
POINTS = {"HOUR": MAX_SERIES_POINTS, "DAY": MAX_SERIES_POINTS, "WEEK": 160, "MONTH": 40}

ROW = 5.0  # microseconds to make an item of a list, whatever is asked of it
FIELD = 1.5  # to read a field and to write it down
RESOLVED_FIELD = 5.0  # the same in introspection, which graphql-core resolves field by field


@dataclass(frozen=True)
class FieldCost:
    """What one field costs by itself, in microseconds, and how often what is inside it is paid."""

    own: float
    rows: int | None = None  # None: it is no list
    row: float = ROW
    read: tuple[str, int] | None = None
    is_period_before: bool = False

    def of(self, inside: float) -> float:
        """With what is selected inside it, but for what that reads."""
        return self.own + (inside if self.rows is None else self.rows * (self.row + inside))


def field_cost(coordinate: str, field: GraphQLField, node: FieldNode) -> FieldCost:
    """Of a field as it is selected. The coordinate is its type's and its name: `Query.viewer`."""
    is_introspection = coordinate.startswith("__")
    read, rows = READS.get(coordinate), LISTS.get(coordinate)
    if coordinate == "CampaignAnalytics.timeSeries":
        granularity = _granularity(node)
        rows = POINTS[granularity]
        read = HOURLY if granularity == "HOUR" else read
    elif "first" in field.args:
        rows = _first(field, node)
    own = (RESOLVED_FIELD if is_introspection else FIELD) + UNSHARED_READS.get(coordinate, 0)
    if any(argument.name.value == "ids" for argument in node.arguments or ()):
        own, read = own + NAMES_OF_IDS, None
    return FieldCost(own, rows, ROWS.get(coordinate, ROW), read, coordinate == PREVIOUS_PERIOD)


def _first(field: GraphQLField, node: FieldNode) -> int:
    """How many rows a page has at most."""
    for argument in node.arguments or ():
        if argument.name.value == "first":
            written = argument.value
            # More than the cap is refused when it is run; less than nothing, and what is too long to read, too.
            return (
                max(0, min(int(written.value[:9]), MAX_PAGE_SIZE))
                if isinstance(written, IntValueNode)
                else MAX_PAGE_SIZE
            )
    return int(field.args["first"].default_value)


def _granularity(node: FieldNode) -> str:
    """As written, or by default; the dearest when it is a variable."""
    for argument in node.arguments or ():
        if argument.name.value == "granularity":
            written = argument.value
            return written.value if isinstance(written, EnumValueNode) and written.value in POINTS else "HOUR"
    return "DAY"
