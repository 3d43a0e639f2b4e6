"""The public errors: each has a code of the API contract and a sentence that may be shown to anyone.

Beside them the errors of an input that a person can put right, which are data of a mutation's answer.
"""

from enum import StrEnum

# The text of every error that is not public: its own goes to the log only.
INTERNAL_ERROR_MESSAGE = "Something went wrong on our side. Try again, and tell us the request's id if it goes on."


class PublicError(Exception):
    """Base of every error whose text is meant for clients; anything else is masked and logged."""

    code = "INTERNAL_SERVER_ERROR"
    # Tells errors of one code apart where a client can do something else about each; None for all others.
    reason: str | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(PublicError):
    """The caller's input is wrong; the message names the argument and what would be right."""

    code = "BAD_USER_INPUT"


class MessagesPurgedError(InvalidInputError):
    """A request for single messages of days whose messages were dropped."""

    reason = "MESSAGES_DROPPED"


class TooManyMessagesError(InvalidInputError):
    """A request that would have to look at more messages than it may."""

    reason = "TOO_MANY_MESSAGES"


class UnavailableError(PublicError):
    """The request can be answered, but not at this moment; it may be sent again."""

    code = "UNAVAILABLE"


class UnauthenticatedError(PublicError):
    """No token, or one that is not valid."""

    code = "UNAUTHENTICATED"


class ForbiddenError(PublicError):
    """The viewer may not see or do this; says the same whether or not the thing exists."""

    code = "FORBIDDEN"


class NotFoundError(PublicError):
    """There is nothing of this id that the viewer may see."""

    code = "NOT_FOUND"


class TooComplexError(PublicError):
    """The document is over a cap of `analytics.domain.limits`; nothing of it was run."""

    code = "QUERY_TOO_COMPLEX"


class TimedOutError(PublicError):
    """The request took longer than the service gives it; what it was reading is canceled."""

    code = "TIMEOUT"


class RateLimitedError(PublicError):
    """Too many requests; the next one may come after `retry_after` seconds."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UserErrorCode(StrEnum):
    """Codes of the errors in a request that a person can correct."""

    BLANK = "BLANK"
    TOO_LONG = "TOO_LONG"
    INVALID = "INVALID"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    LIMIT_REACHED = "LIMIT_REACHED"
    NOT_CANCELABLE = "NOT_CANCELABLE"


class UserInputError(Exception):
    """An error in a request that a person can correct. `field` is the input (None: no single one)."""

    def __init__(self, code: UserErrorCode, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message
