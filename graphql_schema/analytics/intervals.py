"""Intervals of rates."""

from analytics.domain.measures.intervals import Interval
from graphql_schema.enums import describe_type

__all__ = ["INTERVAL", "Interval"]

INTERVAL = "The 95 % interval of the rate (Wilson): what chance alone may make of it. Null when the base is 0."

describe_type(
    Interval,
    "Interval",
    "The 95 % interval of a rate, by Wilson's formula.",
    low="Its lower end, from 0 to 1.",
    high="Its upper end, from 0 to 1.",
)
