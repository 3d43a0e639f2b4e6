"""Accounts by Meta's phone number ids.

An identifier is never taken away: every number that an account ever had still identifies it. A number that several
accounts claimed belongs, at any time, to the last that had claimed it by then. Source: docs/numbers.md,
"A message and its states".
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple


class Claim(NamedTuple):
    """A statement that an account has a phone number id, with its time."""

    number: str
    at: int
    account_id: str


class Accounts:
    """The tenant's sender accounts, by the phone number ids that they claimed."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._numbers: dict[str, set[str]] = defaultdict(set)
        self._having: dict[str, set[str]] = defaultdict(set)
        for number, at, account_id in sorted(claims):
            self._numbers[account_id].add(number)
            self._having[number].add(account_id)
            # Skip repeated claims: many platforms send the whole directory every day.
            of_number = self.claims[number]
            if not of_number or of_number[-1][1] != account_id:
                of_number.append((at, account_id))

    def numbers_of(self, account_id: str) -> AbstractSet[str]:
        """Return the numbers that an account ever had."""
        return self._numbers.get(account_id, frozenset())

    def having(self, number: str) -> AbstractSet[str]:
        """Return the accounts that ever had a number."""
        return self._having.get(number, frozenset())

    def is_shared(self, number: str) -> bool:
        """Return True if several accounts claimed a number."""
        return len(self.having(number)) > 1

    def owner(self, number: str, at: int) -> str | None:
        """Return the account that a number belongs to at a time: the last to claim it by then, else the first."""
        claims = self.claims.get(number)
        if not claims:
            return None
        index = bisect_right(claims, at, key=lambda claim: claim[0])
        if index == 0:  # before the first claim; of several first claims at one time, the greatest account id
            index = bisect_right(claims, claims[0][0], key=lambda claim: claim[0])
        return claims[index - 1][1]

    def of(self, account_id: str | None, number: str | None, at: int) -> str | None:
        """Return the account that an event names: by its id, else by a number and the event's time."""
        return account_id or (self.owner(number, at) if number else None)
