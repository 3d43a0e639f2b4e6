"""OpenTelemetry traces: nothing at all until somebody sets it up, as with `opentelemetry-instrument embudo serve`.

A request has a span, each of its operations one below it, each statement one below that. Statements are told after
they have run, so nothing is in their way.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import ProxyTracerProvider, SpanKind, Status, StatusCode
from starlette.datastructures import Headers
from starlette.types import Scope

from graphql_schema.context import OperationRecord

tracer = trace.get_tracer("embudo")


def is_enabled() -> bool:
    """Whether somebody listens."""
    return not isinstance(trace.get_tracer_provider(), ProxyTracerProvider)


@contextmanager
def request(scope: Scope, status: list[int]) -> Iterator[None]:
    """A request's span, below that of whoever sent it. Its status is in the list when it is over."""
    with tracer.start_as_current_span(
        scope["method"], context=extract(Headers(scope=scope)), kind=SpanKind.SERVER
    ) as span:
        yield
        route = getattr(scope.get("route"), "path", "")
        span.update_name(f"{scope['method']} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": status[-1]})


def operation(told: OperationRecord) -> None:
    """The span of an operation that is over, with its statements; no values, no words, no phones."""
    span = tracer.start_span(
        f"graphql {told.field}",
        start_time=told.began_at,
        attributes={
            "graphql.operation.name": told.name or "",
            "embudo.code": told.code,
            "embudo.cost": told.cost or 0,
            "embudo.plan": told.plans,
        },
    )
    if told.code != "OK":
        span.set_status(Status(StatusCode.ERROR, told.code))
    below = trace.set_span_in_context(span)
    for ran in told.statements:
        statement = tracer.start_span(
            "sql", below, SpanKind.CLIENT, {"db.query.text": ran.text}, start_time=ran.began_at
        )
        statement.end(ran.began_at + ran.took)
    span.end(told.began_at + told.took)
