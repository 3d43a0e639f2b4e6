"""`embudo import`: what is rejected is told and kept; what is killed may simply begin again."""

import gzip
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.demo.events import demo_events
from tests.support import factories
from tests.support.paths import ROOT
from tests.support.servers.server import embudo, environment

SAMPLES = ROOT.parent / "shared" / "data" / "whatsapp"
# The tenant, the time at which it came and the number of the version are no part of what was said.
UNSAID = {"tenant_id", "received_at", "data_version", "directory_version"}
COUNTED = "figures"  # what was done, not what is known: a repetition counts again


def rows(folder: Path, tenant: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a tenant, by table."""
    connection = sqlite3.connect(folder / "embudo.db")
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in names:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            if "tenant_id" in columns and name != COUNTED:
                kept = ", ".join(column for column in columns if column not in UNSAID) or "1"
                query = f"SELECT {kept} FROM {name} WHERE tenant_id = ?"  # noqa: S608
                found[name] = sorted(connection.execute(query, (tenant,)).fetchall(), key=repr)
        return found
    finally:
        connection.close()


def written(path: Path, events: Iterable[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(json.dumps(event).encode() + b"\n" for event in events))
    return path


def test_rejected_lines_are_told_and_kept_as_they_came(folder: Path) -> None:
    good = json.dumps(factories.message_sent()).encode()
    naive = json.dumps(factories.message_sent("m2", "2026-11-02T12:00:00")).encode()
    bad = [b"{not json", b'{"type": "unheard of"}', naive, b"\xff\xfe\x00", b"  [1, 2]  "]
    path = folder / "events.ndjson"
    path.write_bytes(b"\n".join([good, *bad, b"", good]))
    aside = folder / "aside.ndjson"
    done = embudo(folder, "import", str(path), "--tenant", "acme", "--rejected", str(aside))
    assert done.returncode == 1
    assert aside.read_bytes() == b"".join(line.strip() + b"\n" for line in bad)
    told = done.stderr.decode()
    assert all(f"events.ndjson:{number}:" in told for number in (2, 3, 4, 5, 6))
    assert "Traceback" not in told
    assert len(rows(folder, "acme")["messages"]) == 1


def test_standard_input(folder: Path) -> None:
    done = embudo(folder, "import", "-", "--tenant", "acme", input=json.dumps(factories.message_sent()).encode())
    assert (done.returncode, len(rows(folder, "acme")["messages"])) == (0, 1)


def test_a_file_that_is_not_there(folder: Path) -> None:
    done = embudo(folder, "import", str(folder / "nothing"), "--tenant", "acme")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no WhatsApp samples beside the repository")
def test_whatsapp_samples_join_the_platforms_events_in_any_order(folder: Path) -> None:
    text = "\n".join(path.read_text("utf-8") for path in sorted(SAMPLES.glob("*.json")))
    wamids = sorted({part for part in text.split('"') if part.startswith("wamid.")})
    numbers = sorted(set(_values(text, "phone_number_id")))
    assert wamids
    assert numbers
    events = [factories.account(f"a{n}", phone_number_id=number) for n, number in enumerate(numbers)]
    events += [
        factories.message_sent(f"m{a}-{n}", "2020-01-01T00:00:00Z", wamid=wamid, account_id=f"a{a}")
        for n, wamid in enumerate(wamids)
        for a in range(len(numbers))
    ]
    found = []
    for turn, tenant in enumerate(("forward", "shuffled")):
        order = [*events] if turn == 0 else random.Random(7).sample(events, len(events))
        samples = sorted(SAMPLES.glob("*.json"), reverse=bool(turn))
        path = written(folder / f"{tenant}.ndjson", order)
        for again in range(turn + 1):
            commands = [
                ["import", *map(str, samples), "--format", "whatsapp"],
                ["import", str(path)],
            ]
            for command in commands[:: -1 if again else 1]:
                aside = str(folder / "aside")
                assert b"Traceback" not in embudo(folder, *command, "--tenant", tenant, "--rejected", aside).stderr
        found.append(rows(folder, tenant))
    assert found[0] == found[1]
    assert any(row for row in found[0]["receipts"])


def _values(text: str, key: str) -> list[str]:
    return [part.split('"')[1] for part in text.split(f'"{key}":')[1:] if part.lstrip().startswith('"')]


def test_an_import_killed_in_the_middle_may_begin_again(folder: Path) -> None:
    events = demo_events(4_000, 3, datetime(2026, 11, 1, tzinfo=UTC))
    path = written(folder / "events.ndjson", events)
    assert path.read_bytes().count(b"\n") > 10_000  # more than one batch
    for _ in range(2):
        killed = subprocess.Popen(
            [sys.executable, "-m", "service", "import", str(path), "--tenant", "killed"],
            cwd=ROOT, env=environment(folder), stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while killed.poll() is None and not rows(folder, "killed")["messages"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        killed.kill()
        killed.wait()
    for tenant in ("killed", "whole"):
        assert embudo(folder, "import", str(path), "--tenant", tenant).returncode == 0
    assert len(rows(folder, "whole")["messages"]) == 4_000
    assert rows(folder, "killed") == rows(folder, "whole")


def test_a_packed_file_is_imported_and_a_damaged_one_named(folder: Path) -> None:
    lines = b"".join(json.dumps(factories.message_sent(f"m{n}")).encode() + b"\n" for n in range(3000))
    path = folder / "events.ndjson.gz"
    path.write_bytes(gzip.compress(lines)[:-20])
    damaged = embudo(folder, "import", str(path), "--tenant", "acme")
    assert damaged.returncode == 2
    assert damaged.stderr.startswith(b"events.ndjson.gz cannot be read to its end")
    path.write_bytes(gzip.compress(lines))
    done = embudo(folder, "import", str(path), "--tenant", "acme")
    assert (done.returncode, len(rows(folder, "acme")["messages"])) == (0, 3000)
    path.write_bytes(b"no gzip at all")
    assert b"cannot be read" in embudo(folder, "import", str(path), "--tenant", "acme").stderr
