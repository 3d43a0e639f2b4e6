"""The documents that the page sends.

They are read from what `npm run build` wrote, since that is what readers' browsers send, letter for letter. Where the
pages are not built, as in `make test-fast`, the same documents are put together from the sources of the frontend.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from graphql import (
    DefinitionNode,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
)

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "service" / "pages" / "documents.json"
SOURCES = ROOT / "frontend" / "src"
EXAMPLES = "graphiql"  # the folder of documents that only GraphiQL's readers run

# The operation that has all numbers of the first screen.
FIRST_REQUEST = "View"


@cache
def page_document(name: str) -> str:
    """Return the text of one of the page's operations. Raises KeyError when there is none of this name."""
    return (built_documents() if BUILT.exists() else source_documents())[name]


def built_documents() -> dict[str, str]:
    """Return the documents of the built pages, by the names of their operations."""
    texts: list[str] = list(json.loads(BUILT.read_text("utf-8")).values())
    return {_operation(parse(text)): text for text in texts}


def source_documents() -> dict[str, str]:
    """Return the documents that the sources make, each operation with the fragments that it needs, by its name."""
    definitions = list(_source_definitions())
    fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
    documents = {}
    for operation in definitions:
        if isinstance(operation, OperationDefinitionNode) and operation.name:
            needed = _spread(operation.selection_set, fragments)
            texts = [print_ast(operation), *(print_ast(fragments[name]) for name in needed)]
            documents[operation.name.value] = "\n\n".join(texts)
    return documents


def _source_definitions() -> Iterator[DefinitionNode]:
    for path in sorted(SOURCES.rglob("*.graphql")):
        if path.parent.name != EXAMPLES:
            yield from parse(path.read_text("utf-8")).definitions


def _spread(selected: SelectionSetNode | None, fragments: dict[str, FragmentDefinitionNode]) -> dict[str, None]:
    """Return the names of the fragments that a selection needs, directly or through others, each once, in order."""
    names: dict[str, None] = {}
    for selection in selected.selections if selected else ():
        if isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            names |= {name: None} | _spread(fragments[name].selection_set, fragments)
        else:
            names |= _spread(getattr(selection, "selection_set", None), fragments)
    return names


def _operation(document: DocumentNode) -> str:
    (name,) = (one.name.value for one in document.definitions if isinstance(one, OperationDefinitionNode) and one.name)
    return name
