"""Values of input types that name an id, in every place where one can be named."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    get_nullable_type,
    is_required_input_field,
)

Values = dict[str, Any]

REQUIRED = {"Date": "2026-11-03", "String": "Envíos"}


def naming(type: GraphQLInputType, id: str) -> Iterator[Any]:
    """Values of a type that name an id in one place each, with what else they need."""
    inner = get_nullable_type(type)
    if isinstance(inner, GraphQLList):
        yield from ([value] for value in naming(inner.of_type, id))
    elif isinstance(inner, GraphQLInputObjectType):
        for name, field in inner.fields.items():
            yield from ({**needed(inner), name: value} for value in naming(field.type, id))
    elif str(inner) == "ID":
        yield id


def needed(type: GraphQLInputObjectType) -> Values:
    """The fields without which an input is not valid."""

    def value(field: GraphQLInputField) -> Any:
        inner = get_nullable_type(field.type)
        if isinstance(inner, GraphQLInputObjectType):
            return needed(inner)
        return REQUIRED.get(str(inner))

    return {name: value(field) for name, field in type.fields.items() if is_required_input_field(field)}
