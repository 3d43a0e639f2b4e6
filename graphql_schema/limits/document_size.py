"""The bounds of a document: one walk over it that visits every fragment once, however often it is used."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from operator import itemgetter

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionNode,
    SelectionSetNode,
    TypeMetaFieldDef,
    get_named_type,
)

from analytics.domain.errors import TooComplexError
from analytics.domain.limits import (
    MAX_ALIASES,
    MAX_COST,
    MAX_DEPTH,
    MAX_DIRECTIVES,
    MAX_FRAGMENTS,
    MAX_MERGED_FIELDS,
    MAX_RESPONSE_KEYS,
    MAX_SELECTIONS,
)
from graphql_schema.limits.cost import FREE_VALUES, PREVIOUS_PERIOD_FACTOR, VALUE, field_cost
from graphql_schema.limits.input_values import check_literals

META = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
Reads = frozenset[tuple[str, float]]
EXECUTABLE = (OperationDefinitionNode, FragmentDefinitionNode)
NO_READS: Reads = frozenset()


@dataclass(slots=True)
class DocumentCost:
    """The size of a selection, the fragments that it spreads included. The cost is in points, without shared reads."""

    depth: int = 0
    selections: int = 0
    aliases: int = 0
    directives: int = 0
    cost: float = 0.0
    reads: Reads = NO_READS
    reads_before: frozenset[tuple[str, Reads]] = frozenset()  # those of an earlier period, by the comparison
    page_reads: Reads = NO_READS  # those of the page around it
    paid: int = 0  # how many reads are in the cost
    introspects: bool = False

    def add(self, other: "DocumentCost") -> None:
        """Another selection beside this one."""
        self.depth = max(self.depth, other.depth)
        self.selections += other.selections
        self.aliases += other.aliases
        self.directives += other.directives
        self.cost += other.cost
        self.reads |= other.reads
        self.reads_before |= other.reads_before
        self.page_reads |= other.page_reads
        self.paid += other.paid
        self.introspects |= other.introspects

    def merge_max(self, other: "DocumentCost") -> None:
        """Become as large as another one, wherever that is larger."""
        for name in ("depth", "selections", "aliases", "directives", "cost", "paid", "introspects"):
            setattr(self, name, max(getattr(self, name), getattr(other, name)))

    def charge_reads(self) -> None:
        """Take all reads below into the cost, each once.

        What is asked of a period is cheaper to ask of an earlier one too, but not of a second and a third.
        """
        earlier: dict[str, Reads] = {}
        for comparison, reads in sorted(self.reads_before, key=itemgetter(0)):
            earlier[comparison] = earlier.get(comparison, NO_READS) | reads
        cheaper = self.reads
        self.cost += sum(cost for _, cost in self.reads)
        for reads in earlier.values():
            self.cost += sum(cost * (PREVIOUS_PERIOD_FACTOR if (name, cost) in cheaper else 1) for name, cost in reads)
            cheaper = NO_READS
        self.paid += len(self.reads) + sum(map(len, earlier.values()))
        self.reads, self.reads_before = NO_READS, frozenset()

    def charge_page_reads(self) -> None:
        """Take the reads of a page, which are for all of its rows, into the cost."""
        self.cost += sum(cost for _, cost in self.page_reads)
        self.paid += len(self.page_reads)
        self.page_reads = NO_READS

    @property
    def points(self) -> int:
        """The cost as it is shown."""
        return ceil(self.cost)

    def points_with(self, values: int) -> int:
        """The cost with so many values in the variables: each read looks for them in what it reads."""
        return ceil(self.cost + self.paid * VALUE * max(values - FREE_VALUES, 0))


# What is counted, the most that there may be, and how that is said.
CAPS = (
    ("depth", MAX_DEPTH, "is nested {} fields deep; at most {}"),
    ("selections", MAX_SELECTIONS, "selects {} fields, those of fragments each time; at most {}"),
    ("aliases", MAX_ALIASES, "has {} aliases; at most {}"),
    ("directives", MAX_DIRECTIVES, "has {} directives; at most {}"),
    ("points", MAX_COST, "costs {} points; at most {}"),
)


def enforce_limits(schema: GraphQLSchema, document: DocumentNode) -> DocumentCost:
    """The size of a document that is within all bounds. Raises a public error for any other."""
    fragments = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
    if fragments > MAX_FRAGMENTS:
        raise TooComplexError(f"The document has {fragments} fragments; at most {MAX_FRAGMENTS}. See `limits`.")
    size = measure(schema, document)
    check_caps(size)
    check_field_merging(document)
    check_literals(document)
    return size


def measure(schema: GraphQLSchema, document: DocumentNode) -> DocumentCost:
    """The size of a document: of its largest operation in each respect. Works on documents that are not valid too."""
    walk, largest = _CostVisitor(schema, document), DocumentCost()
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            largest.merge_max(walk.operation(node))
        elif isinstance(node, FragmentDefinitionNode):
            # One that is used nowhere costs nothing to run, but is validated all the same.
            largest.merge_max(replace(walk.fragment(node.name.value), cost=0.0))
    return largest


def check_caps(size: DocumentCost) -> None:
    """Raise `TooComplexError` for a document that is over a cap."""
    for name, most, sentence in CAPS:
        value = getattr(size, name)
        if value > most:
            raise TooComplexError(f"The document {sentence.format(value, most)}. See `limits`.")


def check_field_merging(document: DocumentNode) -> None:
    """Raise `TooComplexError` when too many selections, of one name or of several, are merged into one selection set.

    It is called for documents that `check_caps` accepts.
    """
    fragments = _fragments(document)
    groups = [[node.selection_set] for node in document.definitions if isinstance(node, EXECUTABLE)]
    while groups:
        nodes_by_name: defaultdict[str, list[SelectionSetNode | None]] = defaultdict(list)
        for node in _fields(groups.pop(), fragments):
            nodes_by_name[node.alias.value if node.alias else node.name.value].append(node.selection_set)
        if len(nodes_by_name) > MAX_RESPONSE_KEYS:
            raise TooComplexError(f"{len(nodes_by_name)} names are selected in one place; at most {MAX_RESPONSE_KEYS}.")
        for name, nodes in nodes_by_name.items():
            if len(nodes) > MAX_MERGED_FIELDS:
                raise TooComplexError(
                    f"{name}: is selected {len(nodes)} times in one place; at most {MAX_MERGED_FIELDS}."
                )
        groups += [
            selection_sets for nodes in nodes_by_name.values() if (selection_sets := [node for node in nodes if node])
        ]


def root_fields(document: DocumentNode, operation_name: str | None) -> Iterator[FieldNode]:
    """Yield the fields that an operation selects at its root."""
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and (node.name.value if node.name else None) == operation_name:
            yield from _fields([node.selection_set], _fragments(document))


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def _fields(
    selection_sets: Iterable[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """Yield the fields of merged selection sets; those of each fragment once."""
    pending, used_fragments = list(selection_sets), set()
    while pending:
        for node in pending.pop().selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                pending.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in used_fragments:
                used_fragments.add(node.name.value)
                if node.name.value in fragments:
                    pending.append(fragments[node.name.value].selection_set)


class _CostVisitor:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = _fragments(document)
        self._fragment_costs: dict[str, DocumentCost] = {}

    def operation(self, node: OperationDefinitionNode) -> DocumentCost:
        size = self._set(node.selection_set, self._schema.get_root_type(node.operation))
        size.directives += len(node.directives or ())
        size.charge_reads()
        return size

    def fragment(self, name: str) -> DocumentCost:
        if name not in self._fragment_costs:
            self._fragment_costs[name] = DocumentCost()  # validation rejects a fragment that spreads itself
            node = self._fragments.get(name)
            if node is not None:
                self._fragment_costs[name] = self._set(
                    node.selection_set, self._schema.get_type(node.type_condition.name.value)
                )
        return self._fragment_costs[name]

    def _set(self, node: SelectionSetNode | None, type_: GraphQLNamedType | None) -> DocumentCost:
        size = DocumentCost()
        for selection in node.selections if node else ():
            size.add(self._selection(selection, type_))
            size.selections += 1
            size.directives += len(selection.directives or ())
        return size

    def _selection(self, node: SelectionNode, type_: GraphQLNamedType | None) -> DocumentCost:
        if isinstance(node, FieldNode):
            return self._field(node, type_)
        if isinstance(node, FragmentSpreadNode):
            return self.fragment(node.name.value)
        if not isinstance(node, InlineFragmentNode):
            return DocumentCost()
        condition = node.type_condition
        return self._set(node.selection_set, self._schema.get_type(condition.name.value) if condition else type_)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> DocumentCost:
        name = node.name.value
        definition = META.get(name)
        if definition is None and isinstance(parent, GraphQLObjectType):
            definition = parent.fields.get(name)
        size = self._set(node.selection_set, get_named_type(definition.type) if definition else None)
        size.depth += 1
        size.aliases += node.alias is not None
        size.introspects |= name == "__schema"
        if definition and parent:
            field_price = field_cost(f"{parent.name}.{name}", definition, node)
            size.paid += field_price.looks_at_rows
            if field_price.page_read:
                size.page_reads |= {field_price.page_read}
            if field_price.comparison:
                size.cost = field_price.of(size.cost)
                of_this = {(field_price.comparison, size.reads)} if size.reads else set()
                size.reads, size.reads_before = NO_READS, size.reads_before | of_this
            else:
                size.cost = field_price.of(size.cost)
                size.charge_reads()
                if field_price.is_page:
                    size.charge_page_reads()
                size.reads = frozenset([field_price.read]) if field_price.read else NO_READS
        return size
