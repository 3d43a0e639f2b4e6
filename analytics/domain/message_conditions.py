"""Conditions on single messages: those behind a number of the view.

Source: docs/numbers.md, "The messages behind a number".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from analytics.domain.errors import InvalidInputError
from analytics.domain.limits import MAX_BUTTON_LENGTH, MAX_FILTER_IDS, MAX_SEARCH_LENGTH, MIN_SEARCH_LENGTH
from analytics.domain.measures.funnel import METRIC_BY_SLUG, FunnelStepName, Metric
from analytics.domain.message_status import Status, derive_message_status


class ReplyKind(StrEnum):
    """The kind of a reply; OTHER is any that nobody named, or that has no name here."""

    TEXT = "TEXT"
    BUTTON = "BUTTON"
    FORM = "FORM"
    IMAGE = "IMAGE"
    AUDIO = "AUDIO"
    VIDEO = "VIDEO"
    STICKER = "STICKER"
    DOCUMENT = "DOCUMENT"
    LOCATION = "LOCATION"
    CONTACT = "CONTACT"
    ORDER = "ORDER"
    UNSUPPORTED = "UNSUPPORTED"
    OTHER = "OTHER"

    @staticmethod
    def of(word: str | None) -> "ReplyKind":
        """Return the kind of the word that a reply is stored with; a row of a list is chosen like a button."""
        return BUTTON_WORDS.get(word or "") or ReplyKind.__members__.get((word or "").upper(), ReplyKind.OTHER)

    @property
    def words(self) -> frozenset[str]:
        """The words that replies of this kind are stored with; none of OTHER, which is all others."""
        if self is ReplyKind.OTHER:
            return frozenset()
        return frozenset(BUTTON_WORDS) if self is ReplyKind.BUTTON else frozenset({self.lower()})


# The words with which a tapped button is stored, or a chosen row of a list.
BUTTON_WORDS = dict.fromkeys(("button", "interactive"), ReplyKind.BUTTON)
NAMED_WORDS = frozenset(word for kind in ReplyKind for word in kind.words)

# The state of a message: its status, and True if it has a reply, which proves that it was delivered.
State = tuple[Status, bool]
STATES = tuple((status, replied) for status in Status for replied in (False, True))
POSSIBLE_STATES = frozenset(state for state in STATES if derive_message_status(*state) is state[0])
BOUNCED_STATES = frozenset(state for state in POSSIBLE_STATES if METRIC_BY_SLUG["bounced"].includes(*state))
REPLIED_STATES = frozenset(state for state in POSSIBLE_STATES if METRIC_BY_SLUG["responded"].includes(*state))


@dataclass(frozen=True, kw_only=True)
class MessageConditions:
    """Conditions that a message must all meet; an absent one (None) always holds, an empty set never does.

    `reached` False stands for the messages of the step's base that did not reach the step. `bounce_codes` may have
    `NO_CODE`. `reply_weekday` (ISO: Monday is 1) and `reply_hour` are those of the reply's local time. `button` is the
    payload, else the label, of the button that was tapped. `text` is the beginning of the recipient's digits, of a
    ticket's key or of a message's id.
    """

    step: FunnelStepName | None = None
    reached: bool = True
    created_ticket: bool | None = None
    bounce_codes: frozenset[int] | None = None
    reply_weekday: int | None = None
    reply_hour: int | None = None
    reply_kinds: frozenset[ReplyKind] | None = None
    button: str | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        """Raise `InvalidInputError` naming what is out of bounds, or what contradicts another condition."""
        for message in self._faults():
            raise InvalidInputError(f"where.{message}")

    @property
    def metric(self) -> Metric:
        """The metric of the step; without one, all messages."""
        return METRIC_BY_SLUG[self.step.lower() if self.step else "messages"]

    @property
    def asks_for_time(self) -> bool:
        """True if the time of the reply matters."""
        return self.reply_weekday is not None or self.reply_hour is not None

    @property
    def states(self) -> frozenset[State]:
        """The states that messages may have."""
        states = self._step_states
        if self.bounce_codes is not None:
            states &= BOUNCED_STATES
        if self.asks_for_time or self.reply_kinds is not None or self.button is not None:
            states &= REPLIED_STATES
        return states

    @property
    def _step_states(self) -> frozenset[State]:
        if self.reached:
            return frozenset(state for state in POSSIBLE_STATES if self.metric.includes(*state))
        base = METRIC_BY_SLUG[self.metric.base]
        return frozenset(s for s in POSSIBLE_STATES if base.includes(*s) and not self.metric.includes(*s))

    def _faults(self) -> Iterator[str]:
        if self.step is None and not self.reached:
            yield "reached: needs `where.step`."
        if not self._step_states & (POSSIBLE_STATES if self.bounce_codes is None else BOUNCED_STATES):
            yield "bounceCodes: messages of `where.step` have not bounced."
        if not self.states:
            asks = "repliedAt" if self.asks_for_time else "button" if self.reply_kinds is None else "replyKinds"
            yield f"{asks}: the messages of the other conditions have no reply."
        if self.button is not None and self.reply_kinds is not None and ReplyKind.BUTTON not in self.reply_kinds:
            yield "button: replies of `where.replyKinds` tapped no button."
        if self.button is not None and not 0 < len(self.button) <= MAX_BUTTON_LENGTH:
            yield f"button: must have 1 to {MAX_BUTTON_LENGTH} characters."
        for name, value, low, high in (("weekday", self.reply_weekday, 1, 7), ("hour", self.reply_hour, 0, 23)):
            if value is not None and not low <= value <= high:
                yield f"repliedAt.{name}: must be between {low} and {high}."
        if self.bounce_codes is not None and len(self.bounce_codes) > MAX_FILTER_IDS:
            yield f"bounceCodes: at most {MAX_FILTER_IDS} codes may be named."
        if self.text is not None and not MIN_SEARCH_LENGTH <= len(self.text) <= MAX_SEARCH_LENGTH:
            yield f"text: must have {MIN_SEARCH_LENGTH} to {MAX_SEARCH_LENGTH} characters."
