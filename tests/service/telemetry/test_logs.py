"""The form of the log's lines, and what none of them holds."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from service.telemetry import logs

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """The log so far, with everything as it was afterwards."""
    before = structlog.get_config()
    root, server = logging.getLogger(), logging.getLogger(logs.SERVER)
    kept = root.handlers[:], root.level, server.filters[:], server.level
    yield lambda: capsys.readouterr().err
    root.handlers, root.level, server.filters, server.level = kept
    structlog.configure(**before)


def test_lines_of_libraries_have_the_form_of_ours(lines: Callable[[], str]) -> None:
    logs.configure("info")
    structlog.get_logger().info("ours", route="/graphql")
    logging.getLogger("some.library").warning("theirs: %s", "a value")
    logging.getLogger("some.library").info("chatter")
    logging.getLogger(logs.SERVER).info("Uvicorn running")
    ours, theirs, server = lines().splitlines()
    assert ours.endswith("level=info event=ours route=/graphql")
    assert theirs.endswith('level=warning event="theirs: a value"')
    assert server.endswith('level=info event="Uvicorn running"')


def test_lines_are_json_if_asked_for(lines: Callable[[], str]) -> None:
    logs.configure("info", "json")
    structlog.get_logger().info("ours", ms=1.5)
    logging.getLogger("some.library").error("theirs")
    ours, theirs = map(json.loads, lines().splitlines())
    assert (ours["event"], ours["ms"], ours["level"]) == ("ours", 1.5, "info")
    assert (theirs["event"], theirs["level"]) == ("theirs", "error")


def test_the_address_of_a_websocket_is_in_no_line(lines: Callable[[], str]) -> None:
    logs.configure("debug")
    server = logging.getLogger(logs.SERVER)
    server.info('%s - "WebSocket %s" [accepted]', "127.0.0.1:1", "/graphql?token=secret")
    server.info('%s - "WebSocket %s" 403', "127.0.0.1:1", "/graphql?token=secret")
    assert not lines()


@pytest.mark.parametrize("form", ["logfmt", "json"])
@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("cannot connect to postgresql+asyncpg://embudo:pass-word@db:5432/x", "pass-word"),
        ("redis://:pass-word@redis:6379/0?namespace=x", "pass-word"),
        (f"Authorization: Bearer {TOKEN}", TOKEN),
        (f"a frame with #token={TOKEN}&x", TOKEN),
    ],
)
def test_no_line_holds_a_password_or_a_token(lines: Callable[[], str], text: str, hidden: str, form: str) -> None:
    logs.configure("info", form)
    structlog.get_logger().info("failed", error=text)
    logging.getLogger("some.library").warning(text)
    try:
        raise OSError(text)
    except OSError:
        structlog.get_logger().exception("failed")
        logging.getLogger("some.library").exception("failed")
    written = lines()
    assert len(written.splitlines()) == 4
    assert hidden not in written
    assert written.count(logs.HIDDEN) >= 4


@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_control_characters_are_escaped_and_a_line_is_one_line(lines: Callable[[], str], form: str) -> None:
    logs.configure("info", form)
    structlog.get_logger().info("x", viewer="a\x1b[2Jb\rc\nd\u202ee\u2028f\x85g")
    (line,) = lines().splitlines()
    assert line.isprintable()
    assert "\\x1b[2J" in line.replace("\\\\", "\\")
