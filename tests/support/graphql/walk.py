"""Documents made from the schema: together they select every field that can be reached from a root type.

Whoever adds a field has it compared by `test_scope_walk` without a word; whoever adds an argument says below how it is
given.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from typing import NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    parse,
    visit,
)
from graphql.language import FieldNode

from analytics.domain.errors import TooComplexError
from analytics.domain.limits import MAX_TOKENS
from graphql_schema.limits.document_size import enforce_limits

# How arguments are given, by name. Those of an enum are asked for once with each of its values.
WRITTEN = {"first": "40"}  # more than a walked tenant has; 200 exports with their filters would be too dear
WRITTEN_TYPES = {"MessageWhere": "{reached: true}", "MessageOrder": "{field: REPLIED_AT}"}
BY_VARIABLE = {"filter", "orderBy", "ids", "id", "search", "status", "input"}
LEFT_OUT = {"after": "all rows are on one page"}

Path = tuple[GraphQLObjectType, ...]  # the types around a field, the root's first

ONCE_MORE = 2  # a type inside itself is walked once more: the period before a period


class Part(NamedTuple):
    """A selection, and the types of the variables that it uses."""

    text: str
    variables: dict[str, str]

    def around(self, inside: "Part") -> "Part":
        """With something selected inside."""
        return Part(f"{self.text} {{ {inside.text} }}", self.variables | inside.variables)

    def beside(self, other: "Part") -> "Part":
        """Both selections."""
        return Part(f"{self.text} {other.text}", self.variables | other.variables)


@dataclass(frozen=True)
class Walk:
    """A document for one root field, and the types of its variables. Values that it does not declare are left out."""

    root: str
    text: str
    variables: dict[str, str] = field(compare=False)


def walks(
    schema: GraphQLSchema, operation: OperationType = OperationType.QUERY, without: Collection[str] = ()
) -> list[Walk]:
    """Documents, each within all bounds, that select all there is below the root fields of an operation.

    Those of the coordinates `without` (as in `Query.viewer`) are left out.

    Raises `NotImplementedError` for what cannot be walked without being told how.
    """
    root = schema.get_root_type(operation)
    if root is None:
        raise LookupError(operation)
    return [
        Walk(name, _document(operation, whole), whole.variables)
        for name in root.fields
        for call, inside in _calls(root, name, (), without)
        for whole in (_packed(schema, operation, call, inside) if inside else [call])
    ]


def _packed(schema: GraphQLSchema, operation: OperationType, call: Part, inside: list[Part]) -> list[Part]:
    """A root field with as much inside it as a document may have, as often as that takes."""
    packed: list[Part] = []
    for part in inside:
        if packed and _fits(schema, _document(operation, call.around(packed[-1].beside(part)))):
            packed[-1] = packed[-1].beside(part)
        elif _fits(schema, _document(operation, call.around(part))):
            packed.append(part)
        else:
            raise NotImplementedError(f"{call.text} {{ {part.text[:80]}: too large for a document of its own.")
    return [call.around(part) for part in packed]


def selected(schema: GraphQLSchema, documents: Collection[Walk]) -> set[str]:
    """The coordinates (`Query.viewer`) of the fields that documents select."""
    info, found = TypeInfo(schema), set()

    class Seen(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            found.add(f"{info.get_parent_type()}.{node.name.value}")

    for document in documents:
        visit(parse(document.text), TypeInfoVisitor(info, Seen()))
    return {coordinate for coordinate in found if not coordinate.endswith(".__typename")}


def reachable(schema: GraphQLSchema, operation: OperationType = OperationType.QUERY) -> set[str]:
    """The coordinates of all fields that can be reached from the root of an operation."""
    waiting, met, found = [schema.get_root_type(operation)], set(), set()
    while waiting:
        type = waiting.pop()
        if isinstance(type, GraphQLObjectType) and type not in met:
            met.add(type)
            found |= {f"{type.name}.{name}" for name in type.fields}
            waiting += [get_named_type(inner.type) for inner in type.fields.values()]
    return found


def _document(operation: OperationType, part: Part) -> str:
    declared = ", ".join(f"${name}: {type}" for name, type in part.variables.items())
    return f"{operation.value} Walk{f'({declared})' if declared else ''} {{ {part.text} }}"


def _fits(schema: GraphQLSchema, text: str) -> bool:
    try:
        enforce_limits(schema, parse(text, max_tokens=MAX_TOKENS))
    except (TooComplexError, GraphQLSyntaxError):
        return False
    return True


def _parts(type: GraphQLObjectType, above: Path, without: Collection[str]) -> Iterator[Part]:
    """Yield selections of a type, a field at a time; what is inside the type itself, a field of it at a time."""
    for name in type.fields:
        for call, inside in _calls(type, name, above, without):
            if not inside:
                yield call
            elif get_named_type(type.fields[name].type) in (*above, type):
                yield from map(call.around, inside)
            else:
                yield call.around(reduce(Part.beside, inside))


def _calls(
    type: GraphQLObjectType, name: str, above: Path, without: Collection[str]
) -> Iterator[tuple[Part, list[Part]]]:
    """A field in each way that it is asked for, and what is selected inside it; nothing of a leaf."""
    field, coordinate, path = type.fields[name], f"{type.name}.{name}", (*above, type)
    if coordinate in without:
        return
    inner = get_named_type(field.type)
    for call in _ways(coordinate, name, field):
        if is_leaf_type(inner):
            yield call, []
        elif not isinstance(inner, GraphQLObjectType):
            raise NotImplementedError(f"{coordinate}: say how to select an interface or a union.")
        elif path.count(inner) == ONCE_MORE:
            yield call, [Part("__typename", {})]
        else:
            yield call, list(_parts(inner, path, without))


def _ways(coordinate: str, name: str, field: GraphQLField) -> Iterator[Part]:
    """A field with its arguments."""
    written, variables, choices = [], {}, []
    for argument, of in field.args.items():
        type = get_nullable_type(of.type)
        if isinstance(type, GraphQLEnumType):
            choices.append([(argument, value) for value in type.values])
        elif argument in WRITTEN:
            written.append(f"{argument}: {WRITTEN[argument]}")
        elif (name_of_type := get_named_type(type).name) in WRITTEN_TYPES:
            written.append(f"{argument}: {WRITTEN_TYPES[name_of_type]}")
        elif argument in BY_VARIABLE:
            variables[argument] = str(of.type)
            written.append(f"{argument}: ${argument}")
        elif argument not in LEFT_OUT or is_required_argument(of):
            raise NotImplementedError(
                f"{coordinate}({argument}:): say in tests/support/graphql/walk.py how it is given."
            )
    for chosen in product(*choices):
        given = ", ".join([*written, *(f"{argument}: {value}" for argument, value in chosen)])
        alias = "".join(f"_{value}" for _, value in chosen)
        yield Part((f"{name}{alias}: {name}" if alias else name) + (f"({given})" if given else ""), variables)
