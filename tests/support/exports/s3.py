"""A bucket: moto's server, in an environment of its own (see `moto.txt`)."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SERVER = Path(sys.prefix) / "moto" / "bin" / "moto_server"
PATIENCE = 60.0  # seconds


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server with an empty bucket `files`. Skips visibly where moto is not installed, never in CI."""
    if not SERVER.exists() and not os.environ.get("CI"):
        pytest.skip("no moto server: run `make install`")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [str(SERVER), "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _make_bucket(address)
            yield address
        finally:
            process.terminate()


def _make_bucket(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx.put(f"{address}/files").raise_for_status()
        except httpx.TransportError:
            assert time.monotonic() < deadline, "moto's server does not answer"
            time.sleep(0.1)
        else:
            return


def keys(address: str) -> list[str]:
    """List the keys of the bucket's objects."""
    listed = httpx.get(f"{address}/files", params={"list-type": "2"}).text
    return sorted(part.partition("</Key>")[0] for part in listed.split("<Key>")[1:])


def uploads(address: str) -> int:
    """Count the uploads that were begun and not completed."""
    return httpx.get(f"{address}/files", params={"uploads": ""}).text.count("<Upload>")
