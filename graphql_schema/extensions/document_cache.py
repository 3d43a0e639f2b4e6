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
        """Some more bytes than it takes, with its text and whatever may be added to it yet."""
        tokens = self.document.token_count or 0
        return 2 * sys.getsizeof(text) + DOCUMENT + tokens * TOKEN + self.size.selections * FIELD


class DocumentCache:
    """Documents by schema and text; those that were used least lately go first, and all that is known of them too."""

    def __init__(self, most_bytes: int = MAX_CACHE_BYTES) -> None:
        self._most = most_bytes
        self._known: OrderedDict[Key, CachedDocument] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Key) -> CachedDocument | None:
        """A document that is known."""
        known = self._known.get(key)
        if known:
            self._known.move_to_end(key)
        return known

    def keep(self, key: Key, known: CachedDocument) -> None:
        """Keep a document, and as many of the others as there is room for."""
        if key in self._known:
            return  # two requests brought it at the same time
        self._known[key] = known
        self.bytes += known.weigh(key[1])
        while self.bytes > self._most:
            (_, text), dropped = self._known.popitem(last=False)
            self.bytes -= dropped.weigh(text)
