"""Queries, and where each one reads: the one pure function that decides it."""

from dataclasses import dataclass
from enum import StrEnum

from analytics.specs import Spec


class Grouping(StrEnum):
    """What one row of a query's result stands for, and by which key."""

    DEPARTMENT = "department"  # department
    AGENT = "agent"  # agent, department
    TEMPLATE = "template"  # template, department
    ACCOUNT = "account"  # account
    DAY = "day"  # local calendar day of sending, as an ordinal
    HOUR = "hour"  # offset, local hour of sending since the epoch
    REPLY_HOUR = "reply_hour"  # ISO weekday, hour of the reply's own local time
    RESPONSE_TIME = "response_time"  # bin of the response time
    BOUNCE = "bounce"  # WhatsApp's error code


@dataclass(frozen=True)
class Query:
    """Messages of a specification, counted by a grouping."""

    spec: Spec
    grouping: Grouping


class Source(StrEnum):
    """A place where a query can be answered."""

    ROWS = "rows"


def plan(query: Query) -> Source:
    """Where a query reads: the message rows, which can answer everything."""
    del query
    return Source.ROWS
