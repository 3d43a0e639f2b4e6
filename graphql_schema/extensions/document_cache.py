"""The documents that are kept from one request to the next, bounded by the bytes that they take."""

import sys
from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import DocumentNode
from strawberry import Schema

from graphql_schema.extensions.fast_execution import SelectionReaders
from graphql_schema.limits.document_size import DocumentCost

# Of one process: some eighty of the page's largest document.
MAX_CACHE_BYTES = 16 * 2**20
# What is kept for one document, for each of its tokens, and to read one selected field. Measured, the most of several.
DOCUMENT, TOKEN, FIELD = 3_000, 450, 450

Key = tuple[Schema, str]


@dataclass(frozen=True)
class CachedDocument:
    """A valid document, what it costs, and what reads its selections."""

    document: DocumentNode
    size: DocumentCost
    readers: SelectionReaders = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "readers", SelectionReaders(self.size.selections))

    def weigh(self, text: str) -> int:
        """Return an upper bound of its bytes, with its text and all readers that may be added later."""
        tokens = self.document.token_count or 0
        return 2 * sys.getsizeof(text) + DOCUMENT + tokens * TOKEN + self.size.selections * FIELD


class DocumentCache:
    """Validated documents by schema and text, with all that is derived from them; the least recently used go first."""

    def __init__(self, most_bytes: int = MAX_CACHE_BYTES) -> None:
        self._most = most_bytes
        self._documents: OrderedDict[Key, CachedDocument] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._documents)

    def get(self, key: Key) -> CachedDocument | None:
        """Return a document if it is in the cache."""
        document = self._documents.get(key)
        if document:
            self._documents.move_to_end(key)
        return document

    def keep(self, key: Key, document: CachedDocument) -> None:
        """Add a document, and remove others until there is room for it."""
        if key in self._documents:
            return  # two requests brought it at the same time
        self._documents[key] = document
        self.bytes += document.weigh(key[1])
        while self.bytes > self._most:
            (_, text), dropped = self._documents.popitem(last=False)
            self.bytes -= dropped.weigh(text)
