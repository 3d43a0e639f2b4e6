"""Many processes that write about the same things at once, and are killed while they do."""

import asyncio
import multiprocessing
import random
import signal
import time
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from typing import Any

from analytics.rollups.rebuild import rebuild
from analytics.storage.database import Database
from tests.support import factories
from tests.support.factories import after, message_sent, status, ticket
from tests.support.ingest_helpers import feed

Event = dict[str, Any]
Tenants = Mapping[str, Sequence[Event]]

WRITERS, KILLS = 8, 16
MESSAGES = 50
NUMBERS = {"a0": "100000", "a1": "100001"}
CONTACTS: list[dict[str, str]] = [
    *({"phone": f"+5691111{n:04}"} for n in range(6)),
    {"phone": "+56911110000", "id": "CL.0"},
    {"id": "CL.0"},
]


def quarrel(seed: int) -> list[Event]:
    """A tenant whose messages share contacts, tickets, days and places, with corrections and stray receipts."""
    chance = random.Random(seed)
    events: list[Event] = [factories.tenant(reply_window_days=2), factories.member("s1", "d0")]
    events += [factories.department(f"d{n}") for n in range(3)]
    events += [factories.account(id, phone_number_id=number) for id, number in NUMBERS.items()]
    events += [factories.template(f"t{n}", f"aviso_{n}") for n in range(2)]
    for n in range(MESSAGES):
        events += _message(chance, f"m{n}")
    return events


def _message(chance: random.Random, id: str) -> list[Event]:
    at = after(hours=chance.randrange(-72, 72))
    account, contact = chance.choice(list(NUMBERS)), chance.choice(CONTACTS)
    sent: Event = {
        "account_id": account,
        "template_id": f"t{chance.randrange(2)}",
        "contact": contact,
        "ticket": ticket(f"{chance.randrange(12)}", created=chance.random() < 0.5),
    }
    events = [message_sent(id, at, department_id=f"d{chance.randrange(3)}", **sent)]
    if chance.random() < 0.4:
        moved = after(at, hours=chance.randrange(-30, 30))
        events.append(message_sent(id, moved, updated_at=after(at, days=9), department_id="d2", **sent))
    for fate in chance.sample(["accepted", "delivered", "read", "failed"], chance.randrange(4)):
        said = status(id, fate, after(at, minutes=chance.randrange(90)), 131026 if fate == "failed" else None)
        events.append(chance.choice([said, _by_wamid(said, account)]))
    replies = range(chance.choice([0, 0, 1, 2]))
    return events + [
        _reply(chance, f"r-{id}-{n}", id, after(at, hours=chance.randrange(60)), account, contact) for n in replies
    ]


def _by_wamid(said: Event, account: str) -> Event:
    """The same status as a webhook says it."""
    rest = {key: value for key, value in said.items() if key != "message_id"}
    return rest | {"wamid": f"wamid.{said['message_id']}", "phone_number_id": NUMBERS[account]}


def _reply(chance: random.Random, id: str, to: str, at: str, account: str, contact: dict[str, str]) -> Event:
    """A reply that quotes, or names its ticket, or only comes from somebody."""
    quoting: Event = {"in_reply_to": f"wamid.{to}"}
    in_ticket: Event = {"ticket_id": f"{chance.randrange(12)}", "in_reply_to": None}
    bare: Event = {"in_reply_to": None}
    referring = chance.choice([quoting, in_ticket, bare, bare])
    fields = {"id": id, "account_id": account, "contact": contact, **referring}
    said = factories.reply(to, at, **fields)["reply"]
    kept = {key: value for key, value in said.items() if value is not None}
    return {"type": "message.reply", "at": at, "reply": kept}


def write(url: str, tenants: Tenants, seed: int) -> None:
    """Write every event in this process's own order, some again, and rebuild the rollups now and then."""

    async def work() -> None:
        chance = random.Random(seed)
        async with Database(url) as database:
            for tenant, batch in _batches(chance, tenants):
                if chance.random() < 0.05:
                    await rebuild(database, tenant, anew=True)
                await feed(database, tenant, batch)

    asyncio.run(work())


def _batches(chance: random.Random, tenants: Tenants) -> list[tuple[str, list[Event]]]:
    batches = []
    for tenant, events in tenants.items():
        order = [*events, *chance.sample(events, len(events) // 3)]
        chance.shuffle(order)
        while order:
            size = chance.randrange(5, 50)
            batches.append((tenant, order[:size]))
            del order[:size]
    chance.shuffle(batches)
    return batches


def written_by_many(url: str, tenants: Tenants) -> int:
    """Let many processes write all events, killing them at random; those killed begin again. How often that was."""
    context = multiprocessing.get_context("forkserver")  # starts are cheap: what is imported is imported once
    context.set_forkserver_preload(["tests.support.load"])
    chance = random.Random(11)

    def started(seed: int) -> ForkServerProcess:
        process = context.Process(target=write, args=(url, tenants, seed))
        process.start()
        return process

    writers = [started(seed) for seed in range(WRITERS)]
    killed = 0
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.25))
        seed = chance.randrange(WRITERS)
        writers[seed].kill()
        writers[seed].join()
        killed += writers[seed].exitcode == -signal.SIGKILL
        writers[seed] = started(seed)
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0, "a writer failed, or waits for ever"
    return killed
