"""Publishing messages from a background thread, so that a slow broker delays nobody."""

import queue
import threading
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger()

# Messages that may wait for a broker that is slow or gone; `redeliver_pending` sends any more.
MAX_WAITING = 100
# Seconds after which a thread with nothing to send sees that it was closed.
LOOK_UP_INTERVAL = 0.5

Send = Callable[[str, str], Any]


class BackgroundPublisher:
    """Sends from a thread of its own: a broker that is slow or gone delays nobody.

    A message that cannot be sent is dropped; `redeliver_pending` sends it again.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(MAX_WAITING)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="publisher", daemon=True)
        self._thread.start()

    def publish(self, tenant: str, id: str) -> None:
        """Send an export's key as soon as possible; return at once. Raises `queue.Full`."""
        self._waiting.put_nowait((tenant, id))

    def close(self, timeout: float) -> None:
        """Send nothing more; wait at most `timeout` seconds for a message that is being sent."""
        self._closed.set()
        self._thread.join(timeout)

    def _work(self) -> None:
        while not self._closed.is_set():
            try:
                tenant, id = self._waiting.get(timeout=LOOK_UP_INTERVAL)
            except queue.Empty:
                continue
            try:
                self._send(tenant, id)
            except Exception as error:
                log.warning("export not announced, it will be sent again", export=id, error=repr(error))
