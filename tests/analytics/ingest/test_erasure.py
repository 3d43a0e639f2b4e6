"""Whoever is forgotten leaves no trace, now and later, and no number changes by it."""

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from analytics.domain.errors import InvalidInputError
from analytics.domain.message_status import Status
from analytics.domain.time_zones import from_micros
from analytics.ingest.erasure.eraser import ErasureResult, erase
from analytics.ingest.erasure.identifiers import identifiers_in, identifiers_of
from analytics.ingest.events import digits
from analytics.ingest.outcomes import Outcome
from analytics.ingest.pseudonyms import IdentifierKind, is_pseudonym, phone_in, prefixes, pseudonym
from analytics.rollups.rebuild import rebuild
from analytics.rollups.verify import verify
from analytics.storage.database import Database
from analytics.storage.tables import messages, receipts, replies
from tests.support import strategies
from tests.support.factories import MONDAY, after, message_sent, reply, status
from tests.support.identities import FIRST, SECOND, agreeing, wamid, words
from tests.support.ingest_helpers import Event, everything, feed
from tests.support.oracle import Oracle

ANA = {"phone": "+56 9 1111 1111", "id": "CL.1"}


async def forget(database: Database, tenant: str, *contacts: str) -> ErasureResult:
    async with database.write() as writer:
        await writer.lock(tenant)
        return await erase(writer, tenant, {name for contact in contacts for name in identifiers_of(contact)})


async def texts(database: Database, tenant: str) -> list[str]:
    """All texts in all rows of a tenant."""
    tables = await everything(database, tenant)
    return [value for rows in tables.values() for row in rows for value in row if isinstance(value, str)]


async def message(database: Database, tenant: str, id: str = "m1") -> Any:
    async with database.read() as reader:
        return await reader.first(select(messages).where(messages.c.tenant_id == tenant, messages.c.id == id))


async def outcome(database: Database, tenant: str) -> dict[str, Any]:
    """Return each message's status, and the rule by which it was answered."""
    async with database.read() as reader:
        rows = await reader.rows(
            select(messages, replies.c.rule)
            .join_from(
                messages,
                replies,
                (replies.c.tenant_id == tenant) & (replies.c.id == messages.c.reply_id),
                isouter=True,
            )
            .where(messages.c.tenant_id == tenant)
        )
    return {
        row.id: (
            Status(row.status).name,
            row.failed_code if row.status == Status.FAILED else None,
            None if row.replied_at is None else from_micros(row.replied_at),
            row.rule,
        )
        for row in rows
    }


def expected(events: list[Event]) -> dict[str, Any]:
    known = Oracle(json.loads(json.dumps(events))).messages.values()
    return {m.id: (m.status, m.bounce_code, m.replied_at, m.reply_rule) for m in known}


# Numbers


@settings(max_examples=15)  # each is a whole history, written down event by event
@given(data=st.data())
async def test_no_number_changes_whenever_somebody_is_forgotten(database: Database, data: st.DataObject) -> None:
    drawn, _ = data.draw(strategies.cases())
    events = agreeing(drawn)
    order, size = data.draw(strategies.orderings(events)), data.draw(st.integers(5, 40))
    cut = data.draw(st.integers(0, len(order)))
    who = data.draw(st.sampled_from([["+56911111111"], ["CL.1"], ["+56922222222"], ["CL.2", "+56911111111"]]))
    tenant = uuid4().hex
    await feed(database, tenant, order[:cut], size)
    await forget(database, tenant, *who)
    await feed(database, tenant, order[cut:], size)

    assert await outcome(database, tenant) == expected(events)
    await rebuild(database, tenant, anew=False)
    assert [found async for _, found in verify(database, tenant) if found] == []
    left = await texts(database, tenant)
    for contact in who:
        assert contact not in left
        assert not {digits(contact)} & ({digits(text) for text in left if not is_pseudonym(text)} - {None})
        assert digits(contact) is None or digits(contact) not in map(phone_in, left)
        said = {event["reply"]["text"] for event in events if event["type"] == "message.reply"}
        theirs = {words(one) for one in strategies.CONTACTS if identifiers_of(contact) & _known_as(one)}
        assert not said & theirs & set(left)

    rows = await everything(database, tenant)
    await feed(database, tenant, data.draw(strategies.orderings(events)), size)
    assert await everything(database, tenant) == rows


def _known_as(contact: dict[str, str]) -> set[Any]:
    return {name for value in contact.values() if value for name in identifiers_of(value)}


async def test_what_came_before_and_after_gives_the_same_rows(database: Database, tenant: str) -> None:
    events = [
        message_sent("m1", contact=ANA, wamid=wamid(FIRST)),
        status("m1", "delivered", after(hours=1)),
        {**status(status="read", at=after(hours=2)), "message_id": None, "wamid": wamid(FIRST), "account_id": "a1"},
        reply("m1", after(hours=3), contact={"id": "CL.1"}, wamid=wamid(FIRST, "in"), in_reply_to=wamid(FIRST)),
        message_sent("m2", after(days=1), contact={"phone": "0056922222222"}),
    ]
    await feed(database, tenant, events)
    before = await outcome(database, tenant)
    assert await forget(database, tenant, "56911111111") == ErasureResult(1, 1, frozenset())
    rows = await everything(database, tenant)
    assert await outcome(database, tenant) == before
    assert await feed(database, tenant, events[::-1]) == [Outcome.DUPLICATE] * len(events)
    assert await everything(database, tenant) == rows
    assert (await message(database, tenant, "m2")).contact_phone == "0056922222222"


# Who somebody is


async def test_a_person_is_all_that_shares_a_phone_or_an_id(database: Database, tenant: str) -> None:
    await feed(
        database,
        tenant,
        [
            message_sent("m1", contact=ANA),
            message_sent("m2", contact={"id": "CL.1"}),
            message_sent("m3", contact={"id": "CL.1", "phone": "+56 2 2222 0000"}),
            message_sent("m4", contact={"phone": "56222220000"}),
            message_sent("m5", contact={"phone": SECOND}),
        ],
    )
    assert (await forget(database, tenant, "+56911111111")).messages == 4
    assert not {"CL.1", "56222220000", "+56 2 2222 0000"} & set(await texts(database, tenant))
    assert (await message(database, tenant, "m5")).contact_phone == SECOND


async def test_what_later_turns_out_to_be_theirs_is_erased_too(database: Database, tenant: str) -> None:
    await feed(database, tenant, [message_sent("m1", contact={"id": "CL.1"}), message_sent("m2", contact={"id": "X"})])
    await forget(database, tenant, "+56911111111")
    assert "CL.1" in await texts(database, tenant)
    await feed(database, tenant, [message_sent("m3", contact=ANA)])
    assert "CL.1" not in await texts(database, tenant)
    # A reply's two copies, of which only one says who wrote it by what is forgotten.
    written = reply("m1", id=None, wamid="wamid.opaque", contact={"phone": FIRST}, text=words(ANA))
    await feed(database, tenant, [written])
    await feed(database, tenant, [reply("m1", id=None, wamid="wamid.opaque", contact={"id": "CL.9"}, text="more")])
    assert not {"CL.9", "wamid.opaque", "more", words(ANA)} & set(await texts(database, tenant))
    assert "X" in await texts(database, tenant)


async def test_what_whatsapp_calls_them_in_statuses_goes_too(database: Database, tenant: str) -> None:
    def told(wamid: str, **recipient: str) -> Event:
        named = {"message_id": None, "wamid": wamid, "phone_number_id": "100"}
        return {**status(status="delivered", recipient=recipient), **named}

    chat = told("wamid.chat", phone=FIRST, id="CL.1")
    words_in_chat = reply("", id="r1", contact={"id": "CL.1"}, in_reply_to=None, text="a secret")
    ours = told("wamid.m1", phone="5215512345678", id="MX.7")
    takes_over = {"type": "account.upserted", "at": MONDAY, "account": {"id": "a2", "phone_number_id": "100"}}
    has_had = {
        "type": "account.upserted",
        "at": "2020-01-01T00:00:00Z",
        "account": {"id": "a1", "phone_number_id": "100"},
    }
    gone = {FIRST, "CL.1", "a secret", "5215512345678", "MX.7", "525512345678"}
    for before in (True, False):
        name = f"{tenant}{before}"
        send = message_sent("m1", contact={"phone": "525512345678"})
        events = [send, has_had, takes_over, ours, chat, words_in_chat]
        await feed(database, name, events if before else [])
        await forget(database, name, FIRST, "525512345678")
        await feed(database, name, events)
        assert not [text for text in await texts(database, name) if any(one in text for one in gone)]


async def test_a_number_inside_what_is_no_phone_goes_too(database: Database, tenant: str) -> None:
    typed = f"+{FIRST} / {SECOND}"
    for before in (True, False):
        name = f"{tenant}{before}"
        send = message_sent("m1", contact={"phone": typed})
        await feed(database, name, [send] if before else [])
        await forget(database, name, FIRST)
        await feed(database, name, [send])
        assert FIRST not in str(await everything(database, name))


async def test_somebody_of_very_many_phones_can_be_forgotten(database: Database, tenant: str) -> None:
    sends = [message_sent(f"m{n}", contact={"phone": f"5690000{n:04}", "id": "no id"}) for n in range(400)]
    await feed(database, tenant, sends)
    assert (await forget(database, tenant, "no id")).messages == 400
    assert await feed(database, tenant, sends) == [Outcome.DUPLICATE] * 400
    assert "5690000" not in str(await everything(database, tenant))


async def test_a_phone_may_be_somebodys_id(database: Database, tenant: str) -> None:
    await feed(
        database, tenant, [message_sent(f"m{n}", contact={"id": id}) for n, id in enumerate((FIRST, f"+{FIRST}"))]
    )
    assert (await forget(database, tenant, f"+{FIRST}")).messages == 2


async def test_an_id_with_digits_is_no_phone(database: Database, tenant: str) -> None:
    await feed(database, tenant, [message_sent("m1", contact={"phone": "134912"})])
    await forget(database, tenant, "US.134912")
    assert (await message(database, tenant)).contact_phone == "134912"


@pytest.mark.parametrize("contact", ["", "  ", "x" * 129])
def test_what_is_no_contact_is_refused_without_repeating_it(contact: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        identifiers_of(contact)
    assert "xx" not in refused.value.message


# Wamids, orphans and texts


async def test_statuses_that_wait_under_a_wamid_join_after_it_was_forgotten(database: Database, tenant: str) -> None:
    opaque, telling = "wamid.opaque", wamid(FIRST)
    waiting = [
        {"type": "message.status", "at": MONDAY, "status": "read", "wamid": ref, "account_id": "a1"}
        for ref in (opaque, telling)
    ]
    await feed(database, tenant, waiting)
    await forget(database, tenant, FIRST)
    assert telling not in await texts(database, tenant)
    sends = [
        message_sent("m1", wamid=opaque, contact={"phone": FIRST}),
        message_sent("m2", wamid=telling, contact={"phone": FIRST}),
    ]
    await feed(database, tenant, sends)
    assert {opaque, telling, FIRST}.isdisjoint(await texts(database, tenant))
    assert {fate[0] for fate in (await outcome(database, tenant)).values()} == {"READ"}
    await feed(database, tenant, [waiting[0] | {"status": "failed"}, *waiting])
    async with database.read() as reader:
        rows = await reader.rows(select(receipts).where(receipts.c.tenant_id == tenant))
    assert len(rows) == 2
    assert all(row.claimed and row.failed_at for row in rows if row.failed_at)


async def test_a_message_whose_own_id_is_a_wamid(database: Database, tenant: str) -> None:
    id = wamid(FIRST)
    events = [message_sent(id, wamid=id, contact={"phone": FIRST}), status(id, "read"), reply(id, in_reply_to=id)]
    await feed(database, tenant, events)
    await forget(database, tenant, FIRST)
    assert await feed(database, tenant, events) == [Outcome.DUPLICATE] * 3
    assert id not in await texts(database, tenant)
    assert [fate[0] for fate in (await outcome(database, tenant)).values()] == ["READ"]


async def test_an_answer_in_their_ticket_loses_its_text_whoever_wrote_it(database: Database, tenant: str) -> None:
    send = message_sent("m1", contact={"phone": FIRST}, ticket={"id": "9001"})
    first, second = [
        reply("", after(hours=n), id=f"r{n}", contact=None, in_reply_to=None, ticket_id="9001", text=f"secret {n}")
        for n in (1, 2)
    ]
    await feed(database, tenant, [send, first])
    await forget(database, tenant, FIRST)
    await feed(database, tenant, [second, first])
    assert not {"secret 1", "secret 2"} & set(await texts(database, tenant))
    assert (await message(database, tenant)).replied_at is not None


async def test_a_corrected_contact_takes_the_place_of_a_forgotten_one_and_back(database: Database, tenant: str) -> None:
    def sent(phone: str, hours: int) -> Event:
        return message_sent("m1", contact={"phone": phone}, updated_at=after(hours=hours))

    await feed(database, tenant, [sent(FIRST, 1), reply("m1", after(hours=2), contact={"phone": SECOND})])
    await forget(database, tenant, FIRST)
    await feed(database, tenant, [sent(SECOND, 3)])
    assert (await message(database, tenant)).contact_phone == SECOND
    await feed(database, tenant, [sent(FIRST, 2)])
    assert (await message(database, tenant)).contact_phone == SECOND
    await feed(database, tenant, [sent(FIRST, 4)])
    found = await message(database, tenant)
    assert (found.contact_phone, found.reply_text, is_pseudonym(found.contact_digits)) == (None, None, True)
    assert found.replied_at is not None


async def test_tenants_have_keys_of_their_own(database: Database, tenant: str) -> None:
    other = uuid4().hex
    for one in (tenant, other):
        await feed(database, one, [message_sent("m1", contact={"phone": FIRST})])
    await forget(database, tenant, FIRST)
    assert (await message(database, other)).contact_phone == FIRST
    await forget(database, other, FIRST)
    assert (await message(database, tenant)).contact_digits != (await message(database, other)).contact_digits


async def test_forgetting_again_or_nobody_yet(database: Database, tenant: str) -> None:
    await feed(database, tenant, [])
    assert (await forget(database, tenant, FIRST)).messages == 0
    await feed(database, tenant, [message_sent("m1", contact={"phone": FIRST})])
    rows = await everything(database, tenant)
    assert FIRST not in str(rows)
    await forget(database, tenant, FIRST)
    assert await everything(database, tenant) == rows


def test_names_are_never_shown() -> None:
    assert FIRST not in repr(ErasureResult(1, 1, frozenset(identifiers_of(FIRST))))


# Pseudonyms


@given(phone=st.from_regex(r"[0-9]{5,20}", fullmatch=True), tail=st.text("abc0", max_size=9))
def test_the_phone_in_a_wamid_is_found_by_how_it_begins(phone: str, tail: str) -> None:
    made = wamid(phone, tail)
    assert phone_in(made) == phone
    assert any(made.startswith(start) for start in prefixes(phone))
    assert pseudonym("00", IdentifierKind.PHONE, phone) != pseudonym("00", IdentifierKind.CONTACT, phone)


@pytest.mark.parametrize(
    ("ref", "phone"),
    [
        ("wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=", "16503879439"),
        ("wamid.gBEGVRWVBkJVAgkA", "551595064255"),
        ("wamid.gBGGFlA5FpafAgkOuJbRq54qwbM", "16503916969"),
        ("HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=", None),
        ("wamid.", None),
        ("wamid.HBgL", None),
        ("wamid.ñandú", None),
        ("wamid.m1", None),
    ],
)
def test_wamids_as_they_are_in_the_wild(ref: str, phone: str | None) -> None:
    assert phone_in(ref) == phone


@given(ref=st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: wamid("1") + raw.hex()))
def test_any_text_may_stand_for_a_wamid(ref: str) -> None:
    found = phone_in(ref)
    assert found is None or ref.startswith(tuple(prefixes(found)))


def test_a_body_that_is_not_json_is_looked_through_all_the_same() -> None:
    body = b'{"from": "56911111111", "id": "' + wamid(SECOND, "a/b").replace("/", "\\/").encode()
    assert {(IdentifierKind.PHONE, FIRST), (IdentifierKind.PHONE, SECOND)} <= identifiers_in(body)
    assert (IdentifierKind.PHONE, FIRST) in identifiers_in(json.dumps({"a": [{"b": 56911111111}]}).encode())
