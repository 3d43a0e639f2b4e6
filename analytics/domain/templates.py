"""Categories of templates, and filters by what a message's template was when it was sent."""

from dataclasses import dataclass
from enum import StrEnum

Ids = frozenset[str] | None  # None: no restriction; empty: nothing


class Category(StrEnum):
    """Meta's category of a template; OTHER is any that is unknown."""

    MARKETING = "MARKETING"
    UTILITY = "UTILITY"
    AUTHENTICATION = "AUTHENTICATION"
    SERVICE = "SERVICE"
    OTHER = "OTHER"

    @staticmethod
    def of(word: str | None) -> "Category":
        """Return the category of Meta's word."""
        return Category.__members__.get(word or "", Category.OTHER)


# The categories that Meta has names for.
NAMED_CATEGORIES = tuple(category for category in Category if category is not Category.OTHER)


@dataclass(frozen=True)
class TemplateMatch:
    """The templates that had a property during some days: always, or only in spans (id, since, until).

    If `known_ids` is given, a template outside it, one that the directory does not have, matches too.
    """

    always: frozenset[str]
    spans: tuple[tuple[str, int, int], ...] = ()
    known_ids: frozenset[str] | None = None

    @property
    def is_constant(self) -> bool:
        """True if `always` says it all."""
        return not self.spans and self.known_ids is None

    @property
    def size(self) -> int:
        """The number of ids and spans, which a statement has to carry."""
        return len(self.always) + len(self.spans) + len(self.known_ids or ())


@dataclass(frozen=True, kw_only=True)
class TemplateFilters:
    """The categories and languages that a message's template may have had when it was sent; None: any."""

    categories: Ids = None
    languages: Ids = None
