"""Conversion of errors to what clients may see: a code, a reason if it has one, and the message of public errors.

The messages of all other errors are replaced by a general one, and logged.
"""

import re
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from typing import Any

import structlog
from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    Node,
    ObjectFieldNode,
    ValueNode,
)
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from analytics.domain.errors import INTERNAL_ERROR_MESSAGE, PublicError, UnavailableError
from analytics.storage.backends.transient_errors import is_transient
from graphql_schema.context import Context
from graphql_schema.extensions.parser import has_too_many_tokens

log = structlog.get_logger()

# Graphql-core's message about an invalid value of a variable: the variable, and the path inside its value.
IN_VARIABLE = re.compile(r"Variable '(?P<name>\$\w+)' has invalid value(?: at (?P<at>\.[^:\s]+))?: ")

# The part of graphql-core's messages that shows an invalid value, in Python's notation.
PYTHON_VALUE = re.compile(r"[,;:]? [Ff]ound: .*|(?P<kind> represent [^:]*value): .*", re.DOTALL)

# The suggestion that graphql-core adds to an error when a name of the schema is mistyped.
SUGGESTION = re.compile(r" Did you mean .*\?$", re.DOTALL)

# Strawberry's errors for requests from which no operation can be selected.
UNCLEAR = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)

UNAVAILABLE = "This cannot be answered at the moment. Try again in a minute."


def to_public_error(error: GraphQLError, fallback: str, document: DocumentNode | None = None) -> GraphQLError:
    """Return an error as a client may see it, and log it if its message is not public.

    `fallback` is the code of errors that graphql-core itself raised. With `document`, the message about an invalid
    literal names its argument.
    """
    cause = _cause(error)
    if "code" in (error.extensions or {}) and not isinstance(cause, PublicError):
        return error  # already converted
    if cause is None or isinstance(cause, UNCLEAR):
        code = _code(error, fallback)
        message = PYTHON_VALUE.sub(r"\g<kind>", error.message).replace("not to be None", "not to be null")
    elif isinstance(cause, PublicError):
        code, message = cause.code, _with_argument_path(error, cause, document)
    elif is_transient(cause):
        code, message = UnavailableError.code, UNAVAILABLE
        log.warning("the database does not answer", path=error.path, error=str(getattr(cause, "orig", cause)))
    else:
        code, message = PublicError.code, INTERNAL_ERROR_MESSAGE
        log.error("masked error", path=error.path, exc_info=cause)
    reason = cause.reason if isinstance(cause, PublicError) else None
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={**(error.extensions or {}), "code": code, **({} if reason is None else {"reason": reason})},
    )


def _code(error: GraphQLError, fallback: str) -> str:
    """Return the code of an error that graphql-core or Strawberry raised."""
    if isinstance(error.original_error, UNCLEAR):
        return "BAD_USER_INPUT"
    if not isinstance(error, GraphQLSyntaxError):
        return fallback
    return "QUERY_TOO_COMPLEX" if has_too_many_tokens(error) else "GRAPHQL_PARSE_FAILED"


def _cause(error: GraphQLError) -> Exception | None:
    """Return the exception that an error wraps, at any depth; None if there is none."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause if isinstance(cause, Exception) else None


def _with_argument_path(error: GraphQLError, cause: PublicError, document: DocumentNode | None) -> str:
    """Return the message of an error, after the path of the variable or argument whose value is invalid, if any."""
    if match := IN_VARIABLE.match(error.message):
        return f"{match['name']}{match['at'] or ''}: {cause.message}"
    invalid_node = error.nodes[0] if error.nodes else None
    if document is not None and isinstance(invalid_node, ValueNode):
        return f"{'.'.join(_argument_path(document, invalid_node))}: {cause.message}"
    return cause.message


def _argument_path(node: Node, target: Node) -> list[str]:
    """Return the names of the arguments and input fields that lead from `node` to `target`; empty if there are none."""
    for child in chain.from_iterable(value if isinstance(value, tuple) else (value,) for value in _values(node)):
        if child is target:
            return _name(node)
        if isinstance(child, Node) and (inner_path := _argument_path(child, target)):
            return _name(node) + inner_path
    return []


def _values(node: Node) -> Iterator[Any]:
    return (getattr(node, key) for key in node.keys if key != "loc")


def _name(node: Node) -> list[str]:
    return [node.name.value] if isinstance(node, (ArgumentNode, ObjectFieldNode)) else []


class ErrorMaskingExtension(SchemaExtension):
    """Give every error its code, and mask the messages of errors that are not public."""

    _validated = False

    async def on_validate(self) -> AsyncIterator[None]:
        """Record if the document is valid: later errors that graphql-core raises are then about input values."""
        yield
        self._validated = not self.execution_context.pre_execution_errors

    async def on_operation(self) -> AsyncIterator[None]:
        """Replace errors by their public form after the operation."""
        try:
            yield
        except UNCLEAR:
            raise  # the transport writes the message
        except Exception as error:
            raise self._public(_located(error)) from None
        self._make_public(self.execution_context.result)

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        """Replace errors by their public form in each result of a subscription, before it is sent."""
        self._make_public(result)
        yield

    def _make_public(self, result: Any) -> None:
        if result is not None and getattr(result, "errors", None):
            result.errors = [self._public(error) for error in result.errors]

    def _public(self, error: GraphQLError) -> GraphQLError:
        context: Context = self.execution_context.context
        fallback = "BAD_USER_INPUT" if self._validated else "GRAPHQL_VALIDATION_FAILED"
        public_error = to_public_error(error, fallback, self.execution_context.graphql_document)
        if not context.can_introspect:
            public_error.message = SUGGESTION.sub("", public_error.message)
        if context.request_id:
            public_error.extensions = {**(public_error.extensions or {}), "requestId": context.request_id}
        return public_error


def _located(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
