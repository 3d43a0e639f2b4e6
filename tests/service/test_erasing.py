"""`embudo forget`, `embudo tenants remove`, and what comes in too late, with the real command and service."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from analytics.database import Database
from analytics.ingest.retention import drop_old
from analytics.viewers import Identity
from tests.factories import account, message_sent, reply, status
from tests.feeding import Event, feed
from tests.people import FIRST, SECOND
from tests.service.servers import Server, embudo, environment

KNOWN = [
    message_sent("m1", contact={"phone": f"+{FIRST}"}),
    message_sent("m2", contact={"phone": f"+{SECOND}"}),
    reply("m1", contact={"phone": FIRST}, text="Tengo frío"),
]


def imported(folder: Path, events: list[Event], tenant: str = "acme") -> bytes:
    path = folder / "events.ndjson"
    path.write_text("\n".join(map(json.dumps, events)), "utf-8")
    aside = folder / "rejected.ndjson"
    done = embudo(folder, "import", str(path), "--tenant", tenant, "--rejected", str(aside))
    return done.stderr


def drop(folder: Path, tenant: str) -> None:
    """What the upkeep does when the tests' messages are long ago."""

    async def work() -> None:
        async with Database(environment(folder)["EMBUDO_DATABASE_URL"]) as database:
            await feed(database, tenant, [account(), message_sent("old", "2020-01-01T00:00:00Z")])
            assert await drop_old(database, tenant, 1, time.time_ns() // 1000) == 1

    asyncio.run(work())


def test_who_is_forgotten_is_not_named_and_leaves_nothing(folder: Path) -> None:
    imported(folder, KNOWN)
    done = embudo(folder, "forget", "--tenant", "acme", "--contact", f"+{FIRST}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().strip() == "forgotten: 1 messages to them and 1 replies of theirs"
    assert b"3 duplicate" in imported(folder, KNOWN)
    found = (folder / "embudo.db").read_bytes()
    assert FIRST.encode() not in found + done.stdout + done.stderr
    assert SECOND.encode() in found


def test_many_may_be_given_on_standard_input(folder: Path) -> None:
    imported(folder, KNOWN)
    done = embudo(folder, "forget", "--tenant", "acme", "--contact", "-", input=f"{FIRST}\n\n{SECOND}\n".encode())
    assert b"2 messages" in done.stdout


@pytest.mark.parametrize(("tenant", "contact"), [("nobody", FIRST), ("acme", "x" * 200)])
def test_what_cannot_be_forgotten_is_said_without_a_name(folder: Path, tenant: str, contact: str) -> None:
    imported(folder, KNOWN)
    done = embudo(folder, "forget", "--tenant", tenant, "--contact", contact)
    assert done.returncode == 2
    assert contact.encode() not in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_company_is_removed_only_when_named_twice(folder: Path) -> None:
    imported(folder, KNOWN)
    imported(folder, KNOWN, "other")
    for refused in (
        embudo(folder, "tenants", "remove", "acme", "--confirm", "acne"),
        embudo(folder, "tenants", "remove", "acme", input=b"other\n"),
        embudo(folder, "tenants", "remove", "nobody", "--confirm", "nobody"),
    ):
        assert refused.returncode == 2
        assert b"Traceback" not in refused.stderr
    assert embudo(folder, "tenants", "remove", "acme", input=b"acme\n").returncode == 0
    assert embudo(folder, "tenants", "remove", "acme", "--confirm", "acme").returncode == 2
    assert b"3 duplicate" in imported(folder, KNOWN, "other")
    assert b"3 accepted" in imported(folder, KNOWN)


def test_what_comes_too_late_is_rejected_by_imports(folder: Path) -> None:
    drop(folder, "acme")
    late = [message_sent("late", "2020-01-02T00:00:00Z"), status("late", at="2020-01-02T00:00:00Z")]
    said = imported(folder, [late[0], message_sent("m1", "2199-01-01T00:00:00Z"), late[1]])
    assert b"1 accepted, 0 duplicate, 2 rejected" in said
    assert b"TOO_LATE" in said
    assert len((folder / "rejected.ndjson").read_bytes().splitlines()) == 2


def test_what_comes_too_late_is_rejected_over_http(folder: Path) -> None:
    drop(folder, "acme")
    server = Server(folder)
    server.start()
    try:
        lines = [message_sent("m1", "2199-01-01T00:00:00Z"), message_sent("late", "2020-01-02T00:00:00Z"), "no"]
        body = "\n".join(map(json.dumps, lines))
        headers = server.headers(Identity("platform", "acme", "INGEST"))
        answer = server.client.post("/v1/events", content=body, headers=headers).json()
    finally:
        server.close()
    assert (answer["accepted"], answer["rejected"]) == (1, 2)
    assert [(line["line"], line["code"]) for line in answer["errors"]] == [(2, "TOO_LATE"), (3, "INVALID_EVENT")]
