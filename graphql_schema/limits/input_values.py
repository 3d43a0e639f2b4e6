"""The values of a document and of its variables, within bounds before anything is made of them."""

from collections.abc import Iterator

from graphql import DocumentNode, IntValueNode, Node, ObjectValueNode
from graphql.language.ast import QUERY_DOCUMENT_KEYS

from analytics.domain.errors import InvalidInputError, TooComplexError
from analytics.domain.limits import MAX_INTEGER_DIGITS, MAX_OBJECT_FIELDS, MAX_VARIABLE_VALUES

# Where values are, by the kind of node: all that is below it, but for names and types.
BELOW = {
    kind: tuple(key for key in keys if key not in ("name", "alias", "type", "type_condition", "description"))
    for kind, keys in QUERY_DOCUMENT_KEYS.items()
}


def check_literals(document: DocumentNode) -> None:
    """Raises a public error for a value that is too large."""
    for node in _nodes(document):
        if isinstance(node, IntValueNode) and len(node.value) > MAX_INTEGER_DIGITS:
            raise InvalidInputError(
                f"The document has an integer of {len(node.value)} digits; at most {MAX_INTEGER_DIGITS}."
            )
        if isinstance(node, ObjectValueNode):
            check_members(len(node.fields))


def check_members(count: int) -> None:
    """Raises `TooComplexError` for an object of so many fields."""
    if count > MAX_OBJECT_FIELDS:
        raise TooComplexError(f"An object of the input has {count} fields; at most {MAX_OBJECT_FIELDS}.")


def _nodes(document: DocumentNode) -> Iterator[Node]:
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        yield node
        for key in BELOW.get(node.kind, ()):
            below = getattr(node, key, None)
            if isinstance(below, Node):
                waiting.append(below)
            elif below:
                waiting += below


def count_variables(variables: dict[str, object]) -> int:
    """Count the values. Raises `TooComplexError` for more than any request needs; no type is looked at."""
    count, waiting = 0, list[object]([list(variables.values())])
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            check_members(len(value))
        elif not isinstance(value, list):
            continue
        inside = list(value.values()) if isinstance(value, dict) else value
        count += len(inside)
        if count > MAX_VARIABLE_VALUES:
            raise TooComplexError(f"The variables have more than {MAX_VARIABLE_VALUES} values. See `limits`.")
        waiting += inside
    return count
