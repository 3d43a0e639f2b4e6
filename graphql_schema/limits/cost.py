"""The cost of a document, known before anything is run: a weight for each field, times how many rows it gives.

A point is about a millisecond of one core on the demo tenant, for the worst filter: all of its days in a zone of
other days than the rollups'. A variable's value is not known here, so it counts as the most that it may be.
"""

import re
from dataclasses import dataclass
from functools import cache

from graphql import (
    EnumValueNode,
    FieldNode,
    GraphQLField,
    GraphQLList,
    IntValueNode,
    get_nullable_type,
    is_object_type,
    print_ast,
)

from analytics.domain.limits import MAX_PAGE_SIZE, MAX_SERIES_POINTS
from analytics.domain.measures.comparison import Comparison


@dataclass(frozen=True)
class Weight:
    """The points of one field and of each item of its list. What is `shared` is read once, however often it is asked
    for in one place.
    """

    coordinates: str  # a regular expression of the field's type and name: `Query.viewer`
    field: float
    item: float = 0.005
    shared: bool = False
    page: float = 0.0  # the points of a read for the whole page that the field is on


# The first that fits counts.
WEIGHTS = (
    # Statements over messages; an item of them has a funnel, which is eight objects.
    Weight(r"CampaignAnalytics\.messages", 120, 0.1),
    Weight(r"CampaignAnalytics\.messagesBy", 90, 0.01),
    Weight(r"CampaignAnalytics\.(byAgent|byTemplate)", 120, 0.03, shared=True),
    Weight(r"CampaignAnalytics\.(funnel|by\w+|timeSeries)", 90, 0.03, shared=True),
    Weight(r"Answer\.replies", 0.0015, page=60),
    # What rows have is read for all rows of a page at once.
    Weight(r"\w+Performance\.(messagesOverTime|responseTime)", 0.3, page=40),
    # From memory mostly: all notices of the tenant, once for a page.
    Weight(r"TemplatePerformance\.health", 0.02, page=10),
    Weight(r"CampaignAnalytics\.annotations", 25, 0.03),
    Weight(r"CampaignAnalytics\.(response\w+|sendTime\w+|bounceReasons|maturing|coverage)", 25, shared=True),
    # The specification of an export, which is read with it, may have four thousand ids.
    Weight(r"Query\.exports", 10, 0.3),
    Weight(r"Export\.filter", 5),
    Weight(r"Export\.downloadUrl", 2.5),
    # All others that read or write rows.
    Weight(r"(Query\.(?!viewer|campaignAnalytics)|Mutation\.|Subscription\.|Viewer\.departments).*", 10),
    Weight(r"__.*", 0.005),  # graphql-core resolves introspection field by field
    Weight(r".*", 0.0015),
)
# Each read looks for the values of the variables, which may be the ids of a filter, in what it reads. So many are in
# the weights; each more costs so many points in each read.
FREE_VALUES = 100
VALUE = 0.014

# Fields of so many points read rows.
LOOKS_AT_ROWS = 4

PREVIOUS_PERIOD = "CampaignAnalytics.previousPeriod"
# The days before a period are others than its own: together they cannot be more than all the days there are. What is
# left for what is asked of both is the price of asking again; what is asked of the one before alone is paid in full.
PREVIOUS_PERIOD_FACTOR = 0.1

POINTS = {"HOUR": MAX_SERIES_POINTS, "DAY": MAX_SERIES_POINTS, "WEEK": 160, "MONTH": 40}
# The items of lists that are no pages, on average: where nothing is said, of ours and of those of introspection.
LIST_ITEMS = {
    "TemplatePerformance.departments": 5,
    "TemplateHealth.history": 5,
    "CampaignAnalytics.responseHeatmap": 168,
    "CampaignAnalytics.sendTimes": 168,
    "CampaignAnalytics.sendTimeBlocks": 6,
    "__Schema.types": 80,
    "__Type.fields": 6,
}
OUR_ITEMS, INTROSPECTED_ITEMS = 30, 2


@dataclass(frozen=True)
class FieldCost:
    """The cost of one field by itself, in points, and the factor for the fields inside it."""

    own: float
    items: int | None = None  # None: it is no list
    item: float = 0.0
    page_read: tuple[str, float] | None = None  # what is read once for the page that it is on
    is_page: bool = False
    read: tuple[str, float] | None = None  # what it shares with the same fields beside it, and its points
    looks_at_rows: bool = False  # by itself, for the values of the filter
    comparison: str | None = None  # the earlier period that it is, as it is named; None: it is none

    def of(self, inside: float) -> float:
        """With what is selected inside it, but for what that reads."""
        return self.own + (inside if self.items is None else self.items * (self.item + inside))


def field_cost(coordinate: str, field: GraphQLField, node: FieldNode) -> FieldCost:
    """Of a field as it is selected. The coordinate is its type's and its name: `Query.viewer`."""
    weight = _weight(coordinate)
    granularity = _granularity(node) if coordinate == "CampaignAnalytics.timeSeries" else None
    if granularity:
        items: int | None = POINTS[granularity]
    elif "first" in field.args:
        items = _first(field, node)
    else:
        items = _list_items(coordinate, field)
    # An hourly series is read by itself, all others from the same days.
    read = (f"{coordinate} by hour" if granularity == "HOUR" else coordinate, weight.field) if weight.shared else None
    own = 0.0 if read else weight.field
    return FieldCost(
        own,
        items,
        weight.item,
        page_read=(coordinate, weight.page) if weight.page else None,
        is_page="first" in field.args,
        read=read,
        looks_at_rows=own >= LOOKS_AT_ROWS,
        comparison=_comparison(coordinate, node),
    )


def _comparison(coordinate: str, node: FieldNode) -> str | None:
    """Return the comparison as it is written, if the field is an earlier period."""
    if coordinate != PREVIOUS_PERIOD:
        return None
    written = [print_ast(argument.value) for argument in node.arguments or () if argument.name.value == "comparison"]
    return written[0] if written else Comparison.DAYS_BEFORE


@cache
def _weight(coordinate: str) -> Weight:
    """The weight of a field of the schema, of which there are some hundreds."""
    return next(weight for weight in WEIGHTS if re.fullmatch(weight.coordinates, coordinate))


def _list_items(coordinate: str, field: GraphQLField) -> int | None:
    """Return the most objects of a list that is not a page's own; None if it is no list of objects."""
    list_type = get_nullable_type(field.type)
    if not isinstance(list_type, GraphQLList) or not is_object_type(get_nullable_type(list_type.of_type)):
        return None
    if coordinate.endswith(("Connection.nodes", "Connection.edges")):
        return None
    return LIST_ITEMS.get(coordinate, INTROSPECTED_ITEMS if coordinate.startswith("__") else OUR_ITEMS)


def _first(field: GraphQLField, node: FieldNode) -> int:
    """Return the most rows that a page can have."""
    for argument in node.arguments or ():
        if argument.name.value == "first":
            value = argument.value
            # More than the cap is refused when it is run; less than nothing, and what is too long to read, too.
            return (
                max(0, min(int(value.value[:9]), MAX_PAGE_SIZE)) if isinstance(value, IntValueNode) else MAX_PAGE_SIZE
            )
    return int(field.args["first"].default_value)


def _granularity(node: FieldNode) -> str:
    """As written, or by default; the dearest when it is a variable."""
    for argument in node.arguments or ():
        if argument.name.value == "granularity":
            written = argument.value
            return written.value if isinstance(written, EnumValueNode) and written.value in POINTS else "HOUR"
    return "DAY"
