"""Database URLs are read as SQLAlchemy reads them, which connects by them."""

import re

from hypothesis import assume, example, given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from analytics.storage.backends.database_url import DatabaseUrl, parse_database_url

DRIVERS = st.sampled_from(["postgresql+asyncpg://", "sqlite+aiosqlite://", "mysql://", "", ":/", "://"])
# Texts of the signs by which the parts of a URL are told apart, and of some that stand between them.
RESTS = st.text("ab1:/?@[]=&#%+.\n", max_size=16)


def read(url: str) -> DatabaseUrl | None:
    """A URL as we read it; None if it is refused."""
    try:
        return parse_database_url(url)
    except ValueError:
        return None


def read_by_sqlalchemy(url: str) -> DatabaseUrl | None:
    """A URL as SQLAlchemy reads it; None if it is refused."""
    try:
        made = make_url(url)
    except (ValueError, ArgumentError):
        return None
    options = {name: value if isinstance(value, str) else ", ".join(value) for name, value in made.query.items()}
    return DatabaseUrl(made.drivername, made.database or "", options)


@given(DRIVERS, RESTS)
@example("sqlite+aiosqlite://", "//folder/x.db")
@example("postgresql+asyncpg://", "u:p/w#?x@h:5432/x?ssl=require&ssl=disable")
@example("postgresql+asyncpg://", "a@b:p@[::1]:5432/x?host=/run&port=")
@example("postgresql+asyncpg://", "h/x?ssl=require\n")
@example("postgresql+asyncpg://", "h:x/y")
@example("postgresql+asyncpg://", "h:/y")
@example("postgresql+asyncpg://", "[::1:5/y")
@example("", "nonsense")
def test_a_url_is_read_as_sqlalchemy_reads_it(driver: str, rest: str) -> None:
    # Of a host in brackets that goes on behind them, SQLAlchemy drops the rest of the URL. We refuse it.
    assume(not re.search(r"\][^:/?]", rest))
    ours, theirs = read(driver + rest), read_by_sqlalchemy(driver + rest)
    if theirs is None:
        assert ours is None or not re.fullmatch(r"[\w+]+", ours.driver)  # such a driver is refused by the settings
    else:
        assert ours == theirs


def test_the_rest_of_a_host_in_brackets_is_refused() -> None:
    assert read("postgresql+asyncpg://[::1]x/y") is None
