"""The message that a reply answers: what must hold of any sends and replies, however many."""

import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.message_status import Status
from analytics.domain.time_zones import SECOND
from analytics.ingest.merging import contacts
from analytics.ingest.merging.contacts import MAX_CHANGES, Change
from analytics.ingest.merging.records import Message, Reply
from tests.analytics.ingest.reply_matching.matching import ACCOUNTS, TEN, WEEK, attribute, reply, send

MANY = 200


class Watched(Message, frozen=True):
    """A send that counts how often anything of it is looked at."""

    def __getattribute__(self, name: str) -> Any:
        LOOKS.update(["looks"])
        return super().__getattribute__(name)


LOOKS = Counter[str]()


@pytest.mark.parametrize(
    ("same", "written"),
    [
        ({"receipt_status": Status.FAILED}, {}),
        ({"receipt_status": Status.FAILED, "ticket_id": "9"}, {"ticket_id": "9"}),
        ({"wamid": "w"}, {"in_reply_to": "w"}),
        ({"wamid": "w"}, {"in_reply_to": "w", "account_id": "a2"}),
    ],
)
def test_no_reply_looks_at_all_the_sends_to_one_contact(same: dict[str, Any], written: dict[str, Any]) -> None:
    sends: list[Message] = [Watched(**msgspec.structs.asdict(send(f"m{n}", n, **same))) for n in range(MANY)]
    LOOKS.clear()
    attribute(sends, [reply(f"r{n}", seconds=MANY, **written) for n in range(MANY)])
    assert MANY < LOOKS["looks"] < 50 * MANY


@pytest.mark.parametrize("chained", [True, False], ids=["each of the one before", "all of one"])
def test_no_reply_looks_at_all_the_names_of_one_person(chained: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "MAX_CHANGES", 5)
    sends: list[Message] = [
        Watched(**msgspec.structs.asdict(send(f"m{n}", contact_digits=f"{n if chained else 0}"))) for n in range(MANY)
    ]
    changes = [Change(f"p:{n + 1}", f"p:{n if chained else 0}", TEN) for n in range(MANY)]
    written = [reply(f"r{n}", seconds=MANY, contact_digits=f"{n + 1}") for n in range(MANY)]
    LOOKS.clear()
    assert len(attribute(sends, written, changes=changes)) == MANY
    assert MANY < LOOKS["looks"] < 100 * MANY


def test_of_too_many_changes_the_earliest_count() -> None:
    changes = [Change("p:9", f"p:{n}", TEN + n * SECOND) for n in range(100, 101 + MAX_CHANGES)]
    shuffled = random.Random(1).sample(changes, len(changes))
    for digits, found in ((100, True), (99 + MAX_CHANGES, True), (100 + MAX_CHANGES, False)):
        written = reply(seconds=1000, contact_digits="9")
        assert bool(attribute([send(contact_digits=f"{digits}")], [written], changes=shuffled)) is found


# Whatever they are

SECONDS = st.sampled_from([-1, 0, 0.3, 0.7, 1, 60, WEEK - 1, WEEK, WEEK + 0.5, WEEK + 1])
CONTACTS = st.fixed_dictionaries(
    {"contact_digits": st.sampled_from(["1", "2", None]), "contact_id": st.sampled_from(["x", "y", None])}
)
TICKETS = st.sampled_from(["9001", "9002", None])
WAMIDS = ["w1", "w2", None]
STATUSES = st.sampled_from(Status)


@st.composite
def sends(draw: st.DrawFn) -> list[Message]:
    return [
        send(
            f"m{n}",
            draw(SECONDS),
            account_id=draw(st.sampled_from(["a1", "a2", "a3"])),
            wamid=draw(st.sampled_from(WAMIDS)),
            ticket_id=draw(TICKETS),
            receipt_status=draw(STATUSES),
            **draw(CONTACTS),
        )
        for n in range(draw(st.integers(0, 6)))
    ]


@st.composite
def replies(draw: st.DrawFn) -> list[Reply]:
    return [
        reply(
            f"r{n}",
            draw(SECONDS),
            account_id=draw(st.sampled_from(["a1", "a2", None])),
            phone_number_id=draw(st.sampled_from(["100001", "100002", None])),
            in_reply_to=draw(st.sampled_from([*WAMIDS, "w9"])),
            ticket_id=draw(TICKETS),
            **draw(CONTACTS),
        )
        for n in range(draw(st.integers(0, 5)))
    ]


WINDOWS = st.sampled_from([0, 1, 60, WEEK])


@given(data=st.data(), sends=sends(), replies=replies(), window=WINDOWS)
def test_the_order_of_what_is_known_does_not_matter(
    data: st.DataObject, sends: list[Message], replies: list[Reply], window: int
) -> None:
    shuffled = data.draw(st.permutations(sends)), data.draw(st.permutations(replies))
    assert attribute(*shuffled, ACCOUNTS, window) == attribute(sends, replies, ACCOUNTS, window)


@given(sends=sends(), replies=replies(), window=WINDOWS)
def test_every_answer_keeps_its_rule(sends: list[Message], replies: list[Reply], window: int) -> None:
    found = attribute(sends, replies, ACCOUNTS, window)
    known, wamids = {send.id: send for send in sends}, {send.wamid for send in sends if send.wamid}
    quoted = {message_id for message_id, rule in found.values() if rule == "EXACT"}
    for written in replies:
        message_id, rule = found.get(written.id, (None, None))
        assert (rule == "EXACT") == (written.in_reply_to in wamids)
        if message_id is None:
            continue
        send = known[message_id]
        seconds = written.at // SECOND - send.sent_at // SECOND
        if rule == "EXACT":
            assert send.wamid == written.in_reply_to
            continue
        assert seconds >= 0
        assert send.receipt_status != Status.FAILED or send.id in quoted
        if rule == "TICKET":
            assert send.ticket_id == written.ticket_id is not None
            rivals = [s for s in sends if s.ticket_id == written.ticket_id]
        else:
            assert seconds <= window
            assert send.account_id == ACCOUNTS.of(written.account_id, written.phone_number_id, written.at)
            assert (send.contact_digits == written.contact_digits is not None) or (
                send.contact_id == written.contact_id is not None
            )
            rivals = [
                s
                for s in sends
                if s.account_id == send.account_id and s.contact_digits == written.contact_digits is not None
            ]
        arrived = [
            s for s in rivals if s.receipt_status != Status.FAILED and s.sent_at // SECOND <= written.at // SECOND
        ]
        assert all((s.sent_at, s.id) <= (send.sent_at, send.id) for s in arrived)


@given(sends=sends(), replies=replies(), window=WINDOWS)
def test_a_wider_window_takes_no_answer_away(sends: list[Message], replies: list[Reply], window: int) -> None:
    found = attribute(sends, replies, ACCOUNTS, window)
    wider = attribute(sends, replies, ACCOUNTS, window + 1)
    assert {id: wider.get(id) for id in found} == found


@given(sends=sends(), replies=replies(), window=WINDOWS)
def test_a_send_that_nobody_can_find_changes_nothing(sends: list[Message], replies: list[Reply], window: int) -> None:
    stranger = send("m9", account_id="a9", wamid="w9999", ticket_id="9999")
    assert attribute([*sends, stranger], replies, ACCOUNTS, window) == attribute(sends, replies, ACCOUNTS, window)
