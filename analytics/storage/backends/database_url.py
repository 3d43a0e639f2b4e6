"""Database URLs, read as SQLAlchemy reads them, but without loading it."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

# Unlike in other URLs, a password may hold any character but @, so `urlsplit` would read some of these wrongly.
_USER = re.compile(r"[^:/]*(:[^@]*)?@")
_SERVER = re.compile(r"(\[.+\]|[^:]*)(:(?P<port>.*))?", re.DOTALL)


@dataclass(frozen=True)
class DatabaseUrl:
    """The parts of a URL that settings are checked by; the values of a repeated option have commas between them."""

    driver: str
    database: str
    options: dict[str, str]


def parse_database_url(url: str) -> DatabaseUrl:
    """Read a database's URL. Raises ValueError."""
    driver, scheme_end, rest = url.partition("://")
    user = _USER.match(rest)
    address, _, query = rest[user.end() if user else 0 :].partition("?")
    server, _, database = address.partition("/")
    matched = _SERVER.fullmatch(server)
    if not scheme_end or not matched:
        raise ValueError("not a database URL")
    if matched["port"] is not None:
        int(matched["port"])  # no number: a ValueError that says so
    options = parse_qs(query.partition("\n")[0])
    return DatabaseUrl(driver, unquote(database), {name: ", ".join(values) for name, values in options.items()})
