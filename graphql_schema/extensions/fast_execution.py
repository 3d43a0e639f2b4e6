"""Execution without the price of a resolver call for what is only read off an object.

Stock execution spends some 3 µs on each field: a path, an `info`, the arguments, a call. Nearly all of our fields are
attributes of values that a resolver has already returned. For selections of those only, the values are read straight
off the objects, by a reader made once per selection and document. Whatever is not plain (a field with a resolver, a
null where none may be, an object of another class) is left to the stock way, with its errors and paths.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
    is_leaf_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

Read = Callable[[Any], Any]

# Values of exactly these classes are what their scalars would give back.
SAME = {
    GraphQLString.name: str,
    GraphQLID.name: str,
    GraphQLBoolean.name: bool,
}
# Errors of variables that are told; one more says that there are others. To word one, each field of its type is
# compared with what was given.
MAX_VARIABLE_ERRORS = 5
BUILD_SIGNATURE = signature(StrawberryGraphQLCoreExecutionContext.build)
SMALLEST_INT, LARGEST_INT = -(2**31), 2**31 - 1


class _NotSupportedError(Exception):
    """This value, or this selection, is for the stock way."""


class SelectionReaders:
    """The readers of one kept document's selections, from one execution of it to the next.

    Keyed by the identities of a type of the schema and of nodes of the document, with which they go. There is room for
    so many fields.
    """

    def __init__(self, most_fields: int) -> None:
        self._readers: dict[tuple[int, ...], Read | None] = {}
        self._room = most_fields

    def get(self, key: tuple[int, ...], make: Callable[[], tuple[Read | None, int]]) -> Read | None:
        """Return a cached reader, or create one: `make` returns it with the number of fields it reads."""
        if key in self._readers:
            return self._readers[key]
        read, fields = make()
        self._room -= fields + 1
        if self._room >= 0:
            self._readers[key] = read
        return read


class DefaultExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's execution, with few errors of variables, and no types for those who may not read the schema."""

    @classmethod
    def build(cls, *args: Any, **kwargs: Any) -> Any:
        """Return the execution, or the errors of the variables: the first ones, since each takes a millisecond."""
        given = BUILD_SIGNATURE.bind(*args, **kwargs)
        given.arguments["max_coercion_errors"] = MAX_VARIABLE_ERRORS
        return super().build(*given.args, **given.kwargs)

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: Any, path: Any, position_context: Any
    ) -> Any:
        """A field; `__type` is null, as for a name that no type has, without an error and before anything is read."""
        if field_details_list[0].node.name.value == "__type" and not self.context_value.can_introspect:
            return None
        return super().execute_field(parent_type, source, field_details_list, path, position_context)


class FastExecutionContext(DefaultExecutionContext):
    """The same, with selections of plain fields read straight off their objects."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By type and selection, as graphql-core memoises sub-selections; None: not plain.
        self._readers: dict[tuple[Any, int], tuple[Any, Read | None]] = {}
        # Those of the document, if it is kept and selects the same each time.
        kept = getattr(self.context_value, "readers", None)
        self._kept = kept if isinstance(kept, SelectionReaders) and not self._varies() else None
        self._fields = 0

    def collect_and_execute_subfields(
        self, return_type: GraphQLObjectType, field_details_list: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """An object's selection."""
        read = self._reader(return_type, field_details_list)
        if read is not None:
            try:
                return read(result)
            except _NotSupportedError:
                pass
        return super().collect_and_execute_subfields(return_type, field_details_list, path, result, position_context)

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """A list's items, when they are objects."""
        read = self._reader(return_type, field_details_list)
        if read is not None:
            try:
                return read(result)
            except _NotSupportedError:
                pass
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def _reader(self, type_: GraphQLOutputType, field_details_list: Any) -> Read | None:
        key = (type_, id(field_details_list))
        if key not in self._readers:
            # The list is kept with the reader, so that its id cannot become another's.
            self._readers[key] = (field_details_list, self._find_reader(type_, field_details_list))
        return self._readers[key][1]

    def _find_reader(self, type_: GraphQLOutputType, field_details_list: Any) -> Read | None:
        if self._has_middlewares():
            return None
        if self._kept is None:
            return self._make_reader(type_, field_details_list)[0]
        key = (id(type_), *(id(details.node) for details in field_details_list))
        return self._kept.get(key, lambda: self._make_reader(type_, field_details_list))

    def _varies(self) -> bool:
        """Return True if the same document can select other fields the next time: with @skip and @include it can."""
        location = self.operation.loc
        return location is None or "@" in location.source.body

    def _make_reader(self, type_: GraphQLOutputType, field_details_list: Any) -> tuple[Read | None, int]:
        """A reader, if the selection is plain, and how many fields it reads."""
        self._fields = 0
        try:
            return self._read(type_, field_details_list), self._fields
        except _NotSupportedError:
            return None, 0

    def _has_middlewares(self) -> bool:
        """Return True if an extension hooks into every field."""
        return bool(self.middleware_manager and self.middleware_manager.middlewares)

    def _read(self, type_: GraphQLOutputType, field_details_list: Any) -> Read:
        """Return a reader of a type's values. Raises `_NotSupportedError` when it takes more than reading."""
        if isinstance(type_, GraphQLNonNull):
            # No reader takes a None: that a value is there needs no test of its own.
            return self._read(type_.of_type, field_details_list)
        if isinstance(type_, GraphQLList):
            return _items(self._optional(type_.of_type, field_details_list))
        if isinstance(type_, GraphQLObjectType):
            return self._read_object(type_, field_details_list)
        if is_leaf_type(type_):
            return _leaf(type_)
        raise _NotSupportedError

    def _optional(self, type_: GraphQLOutputType, field_details_list: Any) -> Read:
        read = self._read(type_, field_details_list)
        return read if isinstance(type_, GraphQLNonNull) else _nullable(read)

    def _read_object(self, type_: GraphQLObjectType, field_details_list: Any) -> Read:
        definition = type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if definition is None:
            raise _NotSupportedError
        grouped, deferred, _ = self.collect_subfields(type_, field_details_list)
        if deferred:
            raise _NotSupportedError
        fields = [(name, *self._read_field(type_, details)) for name, details in grouped.items()]
        self._fields += len(fields)
        # Values of a generic type are of the class that the concrete type was made from.
        origins = {definition.origin, definition.concrete_of.origin if definition.concrete_of else definition.origin}

        def read(value: Any) -> dict[str, Any]:
            if type(value) not in origins:
                raise _NotSupportedError
            return {name: get(getattr(value, attribute)) for name, attribute, get in fields}

        return read

    def _read_field(self, parent: GraphQLObjectType, details: Any) -> tuple[str, Read]:
        """The attribute that a field is, and how to read its value."""
        field = self.schema.get_field(parent, details[0].node.name.value)
        if field is None:
            raise _NotSupportedError
        if details[0].node.name.value == "__typename":
            name = parent.name
            return "__class__", lambda _: name
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not isinstance(definition, StrawberryField) or not definition.is_basic_field or field.args:
            raise _NotSupportedError
        return definition.python_name, self._optional(field.type, details)


def _nullable(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _items(read: Read) -> Read:
    def items(value: Any) -> list[Any]:
        if type(value) is not list:
            raise _NotSupportedError
        return [read(item) for item in value]

    return items


def _leaf(type_: GraphQLLeafType) -> Read:
    """Serialize a value by its leaf type."""
    coerce = type_.coerce_output_value

    def coerced(value: Any) -> Any:
        if value is None:
            raise _NotSupportedError
        try:
            result = coerce(value)
        except Exception:
            raise _NotSupportedError from None
        if result is None or result is Undefined:
            raise _NotSupportedError
        return result

    if type_ is GraphQLInt:
        return lambda value: value if type(value) is int and SMALLEST_INT <= value <= LARGEST_INT else coerced(value)
    if type_ is GraphQLFloat:
        # Anything but a finite number is an error, which the stock way words.
        return lambda value: value if type(value) is float and value - value == 0 else coerced(value)
    same = SAME.get(type_.name)
    return coerced if same is None else lambda value: value if type(value) is same else coerced(value)
