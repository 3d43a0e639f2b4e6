"""What clients learn of errors: a code each, the text of public ones, and nothing of any other."""

from collections.abc import AsyncIterator
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension

from analytics.errors import InvalidInput, PublicError

log = structlog.get_logger()

MASKED = "Something went wrong on our side. Try again, and tell us the time if it goes on."


def public(error: GraphQLError, fallback: str) -> GraphQLError:
    """The error as a client may see it; `fallback` is the code of those that graphql-core itself raised."""
    cause = _cause(error)
    if cause is None:
        code, message = ("GRAPHQL_PARSE_FAILED" if isinstance(error, GraphQLSyntaxError) else fallback), error.message
    elif isinstance(cause, PublicError):
        code, message = cause.code, _placed(error, cause)
    else:
        code, message = "INTERNAL_SERVER_ERROR", MASKED
        log.error("masked error", path=error.path, exc_info=cause)
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={**(error.extensions or {}), "code": code},
    )


def _cause(error: GraphQLError) -> Exception | None:
    """The exception behind an error, under any number of wrappings."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause if isinstance(cause, Exception) else None


def _placed(error: GraphQLError, cause: PublicError) -> str:
    """A refused value's sentence; graphql-core's own text before it says which argument it was given for."""
    if isinstance(cause, InvalidInput) and cause.message in error.message:
        return error.message
    return cause.message


class PublicErrors(SchemaExtension):
    """Gives every error its code and masks what is not public."""

    async def on_operation(self) -> AsyncIterator[None]:
        """After the operation: its errors as clients may see them."""
        yield
        context = self.execution_context
        fallback = "BAD_USER_INPUT" if context.pre_execution_errors is None else "GRAPHQL_VALIDATION_FAILED"
        if context.pre_execution_errors:
            context.pre_execution_errors = [public(error, fallback) for error in context.pre_execution_errors]
        result: Any = context.result
        if result is not None and getattr(result, "errors", None):
            result.errors = [public(error, fallback) for error in result.errors]
