"""A platform whose pages frame ours, as docs/frontend.md says, and knows who reads."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import Frame, Page

from analytics.domain.access import Identity
from service.auth.tokens import TokenService
from tests.support.paths import ROOT
from tests.support.servers.server import SECRET

HOUR = timedelta(hours=1)

# `asked` is what each frame said, `hand` posts a frame what a message says, with the newest token of its reader.
PAGE = """<!doctype html><title>Platform</title><script type="module">
const { addresses } = await (await fetch("/readers")).json();
const frames = addresses.map((address) => {
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: address, style: "width: 100%; height: 90vh" });
  return frame;
});
window.asked = frames.map(() => []);
window.hand = async (at, type) => {
  const { tokens } = await (await fetch("/readers")).json();
  if (tokens[at] === null && type === "embudo:token") return;
  frames[at].contentWindow.postMessage({ type, token: tokens[at] }, new URL(addresses[at]).origin);
};
addEventListener("message", (event) => {
  const at = frames.findIndex((frame) => frame.contentWindow === event.source);
  if (at < 0 || event.origin !== new URL(addresses[at]).origin) return;
  asked[at].push(event.data.type);
  if (["embudo:ready", "embudo:expired"].includes(event.data.type)) hand(at, "embudo:token");
});
document.body.append(...frames);
</script>"""


DOCUMENTED = re.search(r"```html\n(.*?)```", (ROOT / "docs" / "frontend.md").read_text("utf-8"), re.DOTALL)
MAKES_ONE = """<script>
const yourServerMakesOne = async () => (await (await fetch("/readers")).json()).tokens[0];
</script>"""


def documented(known: dict[str, list[Any]]) -> str:
    """The page that docs/frontend.md shows, word for word but for the address of the service."""
    assert DOCUMENTED
    address = known["addresses"][0] if known["addresses"] else ""
    return MAKES_ONE + DOCUMENTED[1].replace("https://embudo.example", address)


@dataclass
class Platform:
    """The reader of each of its page's frames, and the frames' contents."""

    origin: str
    addresses: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    def show(self, page: Page, *frames: tuple[str, Identity | None], path: str = "/") -> None:
        """Open a page of the platform with frames."""
        self.addresses = [address for address, _ in frames]
        self.tokens = [None] * len(frames)
        for at, (_, reader) in enumerate(frames):
            self.seat(at, reader)
        page.goto(f"{self.origin}{path}")

    def seat(self, at: int, reader: Identity | None) -> None:
        """Say who reads in a frame from now on; the frame hears of it when it asks."""
        self.tokens[at] = TokenService(SECRET).issue(reader, HOUR) if reader else None

    def hand(self, page: Page, at: int, reader: Identity) -> None:
        """Hand a frame a token of somebody unasked."""
        self.seat(at, reader)
        self.say(page, at, "embudo:token")

    def say(self, page: Page, at: int, type: str) -> None:
        """Send a frame a message."""
        with hearing(framed(page, at)):
            page.evaluate("([at, type]) => window.hand(at, type)", [at, type])


def asked(page: Page, at: int = 0) -> list[str]:
    """The messages of a frame to the platform's page since that was loaded."""
    said: list[str] = page.evaluate("at => window.asked[at]", at)
    return said


def framed(page: Page, at: int = 0) -> Frame:
    """The page inside a frame."""
    frame = page.locator("iframe").nth(at).element_handle().content_frame()
    assert frame is not None
    return frame


@contextmanager
def hearing(frame: Frame) -> Iterator[None]:
    """Wait until a frame has heard a message that the block sends."""
    frame.evaluate(
        """() => {
            window.heard = new Promise((done) => addEventListener("message", () => done(true), { once: true }));
        }"""
    )
    yield
    frame.evaluate("() => window.heard")


@contextmanager
def serving() -> Iterator[Platform]:
    """A platform, as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known: dict[str, list[Any]] = {"addresses": platform.addresses, "tokens": platform.tokens}
            answers = {
                "/readers": ("application/json", json.dumps(known)),
                "/documented": ("text/html", documented(known)),
            }
            type, body = answers.get(self.path, ("text/html", PAGE))
            self.send_response(200)
            self.send_header("Content-Type", type)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        platform = Platform(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield platform
        finally:
            server.shutdown()
            thread.join()
