"""Work grows with what comes in, and not with its square: neither statements nor looks at one row are made once for
each link of a chain, or for each event about one row."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from analytics.ingest.erasure.eraser import erase
from analytics.ingest.erasure.identifiers import identifiers_of
from analytics.ingest.formats import whatsapp
from analytics.ingest.outcomes import Outcome
from analytics.ingest.unit_of_work import IdentityMap
from analytics.storage.database import Database
from tests.support.factories import account, after, contact_changed, correction, message_sent, reply, status, ticket
from tests.support.ingest_helpers import Event, feed
from tests.support.sql.counter import statements

FEW, MANY = 4, 40

Prepare = Callable[[Database, str, int], Awaitable[list[Event]]]


async def a_chain_of_quoting_replies(database: Database, tenant: str, links: int) -> list[Event]:
    """A reply in each ticket quotes the failed message of the next one; the first message is corrected."""
    for n in range(links):
        sent = message_sent(f"m{n}", ticket=ticket(f"t{n}"), contact={"id": f"u{n}"})
        await feed(database, tenant, [sent, status(f"m{n}", "failed")])
    quoting = [reply(f"m{n + 1}", after(days=1), ticket_id=f"t{n}", contact={"id": "x"}) for n in range(links - 1)]
    await feed(database, tenant, quoting)
    return [correction("m0", after(seconds=1), updated_at=after(days=2))]


async def a_reply_under_the_last_of_many_names(database: Database, tenant: str, links: int) -> list[Event]:
    await feed(database, tenant, [message_sent(contact={"id": "u0"}), *_renamed(links)])
    return [reply("unknown", after(days=1), contact={"id": f"u{links}"})]


async def a_message_to_the_first_of_many_names(database: Database, tenant: str, links: int) -> list[Event]:
    written = reply("unknown", after(days=1), contact={"id": f"u{links}"})
    await feed(database, tenant, [message_sent(contact={"id": "u0"}), written, *_renamed(links)])
    return [message_sent("m2", after(minutes=1), contact={"id": "u0"})]


async def somebody_forgotten_who_was_renamed_often(database: Database, tenant: str, links: int) -> list[Event]:
    await feed(database, tenant, [message_sent(contact={"id": "u0"})])
    async with database.write() as writer:
        await erase(writer, tenant, identifiers_of("u0"))
    return _renamed(links)


def _renamed(times: int) -> list[Event]:
    return [contact_changed({"id": f"u{n}"}, {"id": f"u{n + 1}"}, after(seconds=n)) for n in range(times)]


@pytest.mark.parametrize(
    "prepare",
    [
        a_chain_of_quoting_replies,
        a_reply_under_the_last_of_many_names,
        a_message_to_the_first_of_many_names,
        somebody_forgotten_who_was_renamed_often,
    ],
)
async def test_chains_are_not_read_link_by_link(database: Database, tenant: str, prepare: Prepare) -> None:
    counted = []
    for links in (FEW, MANY):
        events = await prepare(database, f"{tenant}-{links}", links)
        with statements(database) as run:
            outcomes = await feed(database, f"{tenant}-{links}", events)
        assert Outcome.REJECTED not in outcomes
        counted.append(len(run))
    assert counted[0] == counted[1]


BY_NUMBER = {"type": "message.status", "at": after(), "status": "read", "wamid": "wamid.m1", "phone_number_id": "n1"}
EVENTS_OF_ONE_ROW: dict[str, Callable[[int], Event]] = {
    "retries": lambda n: message_sent(wamid=f"w{n}", updated_at=after(seconds=n)),
    "corrections of what nobody described": lambda n: correction(updated_at=after(seconds=n), wamid=f"w{n}"),
    "recipients": lambda n: status(recipient={"id": f"u{n}"}),
    "recipients, by a number": lambda n: BY_NUMBER | {"recipient": {"id": f"u{n}"}},
    "names of who wrote": lambda n: reply(contact={"id": f"u{n}"}),
}


@pytest.mark.parametrize("name", EVENTS_OF_ONE_ROW)
async def test_events_of_one_row_write_it_once(
    database: Database, tenant: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Any] = []
    put = IdentityMap.put

    def counting(rows: IdentityMap[Any], row: Any) -> None:
        written.append(row)
        put(rows, row)

    monkeypatch.setattr(IdentityMap, "put", counting)
    counted = []
    for events in (FEW, MANY):
        grown_tenant = f"{tenant}-{events}"
        await feed(database, grown_tenant, [account(phone_number_id="n1"), message_sent("other")])
        written.clear()
        outcomes = await feed(database, grown_tenant, map(EVENTS_OF_ONE_ROW[name], range(events)))
        assert set(outcomes) == {Outcome.ACCEPTED}
        counted.append(len(written))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("contacts", [1, MANY])
def test_a_bodys_contacts_are_not_looked_through_for_each_message(
    contacts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Any] = []
    text_of = whatsapp._text_or_none

    def counting(value: Any) -> str | None:
        looks.append(value)
        return text_of(value)

    monkeypatch.setattr(whatsapp, "_text_or_none", counting)
    value = {
        "metadata": {"phone_number_id": "n1"},
        "contacts": [{"wa_id": f"{n:08}", "user_id": f"u{n}"} for n in range(contacts)],
        "messages": [
            {"id": f"w{n}", "from": f"{n % contacts:08}", "timestamp": "1793620800", "type": "text"}
            for n in range(MANY)
        ],
    }
    found = list(whatsapp.read_body({"entry": [{"changes": [{"field": "messages", "value": value}]}]}))
    assert len(found) == MANY
    assert len(looks) < 5 * MANY
