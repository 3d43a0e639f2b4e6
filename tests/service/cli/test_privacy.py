"""`embudo forget`, `embudo tenants remove`, and what comes in too late, with the real command and service."""

import asyncio
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.domain.access import Identity
from analytics.domain.time_zones import to_micros, zone
from analytics.lifecycle.retention import delete_old_messages, first_kept
from analytics.storage.database import Database
from tests.support.factories import account, message_sent, reply, status
from tests.support.identities import FIRST, SECOND
from tests.support.ingest_helpers import Event, feed
from tests.support.servers.server import Server, embudo, environment

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
    """Delete an old message as maintenance does, which moves the tenant's boundary."""

    async def work() -> None:
        async with Database(environment(folder)["EMBUDO_DATABASE_URL"]) as database:
            await feed(database, tenant, [account(), message_sent("old", "2020-01-01T00:00:00Z")])
            assert await delete_old_messages(database, tenant, 1, time.time_ns() // 1000) == 1

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


def test_a_tenant_is_removed_only_when_named_twice(folder: Path) -> None:
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


# What would be dropped


def sent_in(folder: Path, tenant: str, *months: int) -> None:
    """A tenant with two messages in each of some months of the year 2020."""
    imported(folder, [message_sent(f"m{n}{x}", f"2020-{n:02}-1{x}T12:00:00Z") for n in months for x in (0, 1)], tenant)


def retention(folder: Path, *options: str, months: int | None = None) -> list[str]:
    env = {} if months is None else {"EMBUDO_MESSAGE_MONTHS": str(months)}
    done = embudo(folder, "retention", *options, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().splitlines()


def test_what_would_be_dropped_is_said_and_nothing_is(folder: Path) -> None:
    sent_in(folder, "acme", 1, 2)
    sent_in(folder, "zeta", 3)
    imported(folder, [message_sent("m1", "2199-01-01T00:00:00Z")], "young")
    first = first_kept(zone("UTC"), 3, to_micros(datetime.now(UTC)), to_micros(datetime.now(UTC)))
    gone = f"messages sent before {first} would be dropped (days of UTC)"
    for told in (retention(folder, months=3), retention(folder, "--months", "3", months=9000)):
        assert told == [
            f"acme: all messages are kept; 4 {gone}",
            "young: all messages are kept; no messages would be dropped (days of UTC)",
            f"zeta: all messages are kept; 2 {gone}",
        ]
    assert retention(folder, "--tenant", "zeta", "--months", "3") == [f"zeta: all messages are kept; 2 {gone}"]
    assert retention(folder, "--tenant", "zeta") == [
        "EMBUDO_MESSAGE_MONTHS is not set: no messages are dropped. --months shows what would be with it.",
        "zeta: all messages are kept; no messages would be dropped (days of UTC)",
    ]
    assert b"4 duplicate" in _again(folder)


def _again(folder: Path) -> bytes:
    """All of the first tenant once more: it is there still."""
    return imported(folder, [message_sent(f"m{n}{x}", f"2020-{n:02}-1{x}T12:00:00Z") for n in (1, 2) for x in (0, 1)])


def test_what_was_dropped_is_said_too(folder: Path) -> None:
    drop(folder, "acme")
    (line,) = retention(folder, "--tenant", "acme", months=1)
    assert re.fullmatch(r"acme: kept from \d{4}-\d\d-01 on; no messages would be dropped \(days of UTC\)", line)


def test_a_tenant_that_is_none_has_no_outlook(folder: Path) -> None:
    imported(folder, KNOWN)
    done = embudo(folder, "retention", "--tenant", "nobody")
    assert done.returncode == 2
    assert b"There is no tenant 'nobody'." in done.stderr
    assert embudo(folder, "retention", "--months", "0").returncode == 2
