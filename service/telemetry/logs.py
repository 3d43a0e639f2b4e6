"""Logging: every line has one form, also those of libraries; none holds a password, a token or a control character."""

import logging
import re
import sys
from collections.abc import Callable
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

# Credentials in a URL, and signed tokens, wherever an error of a library names one.
SECRETS = re.compile(r"(?<=://)[^/@\s]+@|eyJ[\w-]{5,}\.[\w-]+\.[\w-]*")
HIDDEN = "***"
# Libraries whose news are ours too. Of all others, warnings.
SERVER = "uvicorn.error"


RENDERERS: dict[str, Callable[[], Processor]] = {
    "logfmt": lambda: structlog.processors.LogfmtRenderer(
        key_order=["timestamp", "level", "event"], bool_as_flag=False
    ),
    "json": structlog.processors.JSONRenderer,
}


def configure(level: str, form: str = "logfmt") -> None:
    """Log to standard error what is of a level (`debug`, `info`, `warning`, `error`) or above, ours and libraries'.

    The form is a key of `RENDERERS`.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [structlog.processors.format_exc_info, _clean, RENDERERS[form]()]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    server = logging.getLogger(SERVER)
    server.setLevel(max(number, logging.INFO))  # at debug it logs each header and each message
    server.addFilter(_is_no_socket)


def _is_no_socket(record: logging.LogRecord) -> bool:
    """Leave out the server's lines about WebSockets: they hold the query of an address, and ours say more."""
    return not str(record.msg).startswith(('%s - "WebSocket', "connection "))


def _clean(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Hide credentials, and escape what a terminal would obey."""
    return {key: _shown(value) if isinstance(value, str) else value for key, value in event.items()}


def _shown(text: str) -> str:
    hidden = SECRETS.sub(HIDDEN, text)
    return hidden if hidden.isprintable() else "".join(map(_escape, hidden))


def _escape(character: str) -> Any:
    # Line breaks are escaped by what renders the line.
    printed = character.isprintable() or character == "\n"
    return character if printed else character.encode("unicode_escape").decode()
