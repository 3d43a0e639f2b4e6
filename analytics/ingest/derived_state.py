"""Bringing what is derived up to date with what was said, for the rows that a change concerns.

`derive_status` gives messages the state that their receipts say; `resolve_replies` then decides what replies answer and
gives messages their reply. Both look at everything known now, so the order in which things came leaves no trace.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from analytics.domain.message_status import Status, derive_message_status
from analytics.domain.response_times import bin_of
from analytics.domain.time_zones import DAY, SECOND
from analytics.ingest.merging.accounts import Accounts
from analytics.ingest.merging.aliases import WAMID, has_pseudonym, listed, names, unlisted
from analytics.ingest.merging.contacts import newer_names, older_names
from analytics.ingest.merging.receipts import BY_ACCOUNT, BY_NUMBER, facts_of
from analytics.ingest.merging.records import DROPPED, Message, Reply
from analytics.ingest.reply_matching import ReplyMatch, match_replies
from analytics.ingest.unit_of_work import Key, UnitOfWork
from analytics.storage.tables import messages, receipts, replies

DAY_SECONDS = DAY // SECOND


async def derive_status(rows: UnitOfWork, touched: Iterable[Message], accounts: Accounts) -> None:
    """Give messages the state that the receipts under their id, and under their wamid, say."""
    touched = list(touched)
    versions = [v for m in touched for v in (m, rows.messages.before.get(m.id)) if v is not None]
    refs = {ref for version in versions for ref in (version.id, *version.wamids)}
    await rows.receipts.load(receipts.c.ref, refs)
    told = _own_statuses(rows)
    await _claim(rows, refs, accounts, told)
    for message in touched:
        current, earlier = (
            [receipt for name in names if (receipt := rows.receipts.get(name))]
            for names in (_names(message, accounts, told), _earlier_names(message, accounts, told))
        )
        facts = facts_of(current, earlier, message.account_id, accounts)
        found = facts.status
        own = message.contact_digits, message.contact_id
        derived = msgspec.structs.replace(
            message,
            receipt_status=int(found),
            # A delivered message did not bounce, whatever failed on the way.
            failed_code=facts.failed_code if found is Status.FAILED else None,
            status=int(derive_message_status(found, message.reply_id is not None)),
            accepted_at=facts.accepted_at,
            delivered_at=facts.delivered_at,
            read_at=facts.read_at,
            failed_at=facts.failed_at,
            recipients=listed(unlisted(facts.recipients) - names(*own)) if facts.recipients else None,
        )
        rows.messages.put(derived)


# The phone number ids by which statuses under each name call their account.
Told = dict[str, set[str]]


def _own_statuses(rows: UnitOfWork) -> Told:
    told: Told = defaultdict(set)
    for receipt in rows.receipts.now.values():
        if receipt.number is not None:
            told[receipt.ref].add(receipt.number)
    return told


def _names(message: Message, accounts: Accounts, told: Told) -> list[Key]:
    """The keys under which receipts of a message may be, as it is sent now."""
    own: list[Key] = [(message.id, "")]
    return [*own, *_names_under(message.wamid, message.account_id, accounts, told)] if message.wamid else own


def _earlier_names(message: Message, accounts: Accounts, told: Told) -> list[Key]:
    """The keys under which receipts of earlier attempts may be."""
    earlier = unlisted(message.earlier_wamids)
    return [name for wamid in earlier for name in _names_under(wamid, message.account_id, accounts, told)]


def _names_under(wamid: str, account_id: str, accounts: Accounts, told: Told) -> list[Key]:
    # Of an account's numbers, which may be thousands, only those by which something was said.
    numbers = accounts.numbers_of(account_id) & told.get(wamid, frozenset())
    return [(wamid, BY_ACCOUNT + account_id), *((wamid, BY_NUMBER + number) for number in numbers)]


async def _claim(rows: UnitOfWork, refs: set[str], accounts: Accounts, told: Told) -> None:
    """Mark which receipts belong to a message; one that lost its message may belong to another.

    One that belongs to none any more waits from now on: it is not dropped for having come long ago.
    """
    concerned = [receipt for receipt in rows.receipts.now.values() if receipt.ref in refs]
    claimed = _claimed(rows, accounts, told)
    lost = {r.ref for r in concerned if r.claimed and rows.receipts.key_of(r) not in claimed}
    if lost:
        await rows.messages.load(messages.c.wamid, lost)
        await rows.messages.load_aliased(WAMID + ref for ref in lost)
        claimed = _claimed(rows, accounts, told)
    for receipt in concerned:
        holds = rows.receipts.key_of(receipt) in claimed
        if receipt.claimed and not holds:
            rows.receipts.put(msgspec.structs.replace(receipt, claimed=False, received_at=rows.now))
        elif holds and not receipt.claimed:
            rows.receipts.put(msgspec.structs.replace(receipt, claimed=True))


def _claimed(rows: UnitOfWork, accounts: Accounts, told: Told) -> set[Key]:
    return {
        name
        for message in rows.messages.now.values()
        for name in (*_names(message, accounts, told), *_earlier_names(message, accounts, told))
    }


async def resolve_replies(rows: UnitOfWork, accounts: Accounts, window_days: int, fresh: Iterable[Reply]) -> None:
    """Decide again every reply whose answer may have changed, and give messages their reply.

    `fresh` are the replies to decide in any case. Further ones follow from the messages that changed in
    `rows` in what attribution looks at.
    """
    window = window_days * DAY_SECONDS
    moved = {
        message.id: (before, message)
        for before, message in rows.messages.changes()
        if before is None or _matching_fields(before) != _matching_fields(message)
    }
    asked = await _replies_concerned(rows, moved, {reply.id: reply for reply in fresh if _is_open(reply)}, window)
    answers = await _decide(rows, asked, accounts, window)
    answered = {message.id for _, message in moved.values() if message.reply_id is not None}
    for reply in asked.values():
        message_id, rule = answers.get(reply.id) or (None, None)
        if (reply.message_id, reply.rule) != (message_id, rule):
            # One that answers nothing any more waits from now on: it is not dropped for having come long ago.
            since = rows.now if reply.message_id and not message_id else reply.received_at
            rows.replies.put(msgspec.structs.replace(reply, message_id=message_id, rule=rule, received_at=since))
        elif reply is rows.replies.before.get(reply.id):
            continue
        answered |= {known for known in (reply.message_id, message_id) if known is not None}
    await _assign_first_reply(rows, answered)


def _is_open(reply: Reply) -> bool:
    """Whether it may still be decided what a reply answers: no longer when that was dropped."""
    return reply.message_id != DROPPED


def _matching_fields(message: Message) -> tuple[object, ...]:
    """What attribution looks at in a send."""
    return (
        message.sent_at,
        message.account_id,
        message.wamids,
        message.ticket_id,
        message.names,
        message.undelivered,
    )


async def _replies_concerned(
    rows: UnitOfWork,
    moved: dict[str, tuple[Message | None, Message]],
    asked: dict[str, Reply],
    window: int,
) -> dict[str, Reply]:
    """All replies whose answer may depend on a moved message.

    A reply that quotes a failed message proves that it arrived, and so lets other replies find it: such a
    message counts as moved too, until nothing new turns up.
    """
    new_messages = [version for pair in moved.values() for version in pair if version]
    new_replies = list(asked.values())
    seen = set(moved)
    while new_messages or new_replies:
        for reply in await _candidate_replies(rows, new_messages, window):
            if reply.id not in asked and _is_open(reply):
                asked[reply.id] = reply
                new_replies.append(reply)
        quoted = {version.in_reply_to for reply in new_replies for version in _versions(rows, reply)} - {None}
        await _load_quoted(rows, quoted)
        new_messages = [
            message
            for message in rows.messages.now.values()
            if message.undelivered and message.id not in seen and not message.wamids.isdisjoint(quoted)
        ]
        seen |= {message.id for message in new_messages}
        new_replies = []
    return asked


def _versions(rows: UnitOfWork, reply: Reply) -> list[Reply]:
    before = rows.replies.before.get(reply.id)
    return [reply] if before is None else [reply, before]


async def _load_quoted(rows: UnitOfWork, wamids: Iterable[str | None]) -> None:
    """Load the messages that have, or had, one of the wamids."""
    wanted = {wamid for wamid in wamids if wamid is not None}
    await rows.messages.load(messages.c.wamid, wanted)
    await rows.messages.load_aliased(WAMID + wamid for wamid in wanted)


async def _candidate_replies(rows: UnitOfWork, sends: list[Message], window: int) -> list[Reply]:
    """The replies that one of the sends could answer, by any rule."""
    if not sends:
        return []
    since = (min(send.sent_at for send in sends) // SECOND) * SECOND
    until = max(send.sent_at for send in sends) + (window + 1) * SECOND
    later, near = replies.c.at >= since, replies.c.at <= until
    wamids = frozenset[str]().union(*(send.wamids for send in sends))
    people = await newer_names(rows.writer, rows.tenant, frozenset[str]().union(*(send.names for send in sends)))
    return [
        *await rows.replies.load(replies.c.in_reply_to, wamids),
        *await rows.replies.load(replies.c.ticket_id, {send.ticket_id for send in sends}, later),
        *await rows.replies.load_named(people, later, near),
    ]


async def _decide(rows: UnitOfWork, asked: dict[str, Reply], accounts: Accounts, window: int) -> dict[str, ReplyMatch]:
    """Load every send that the replies may answer, and every reply that bears on those, and decide."""
    if not asked:
        return {}
    wanted = asked.values()
    until = max(reply.at for reply in wanted) + SECOND
    since = min(reply.at for reply in wanted) - (window + 1) * SECOND
    earlier, near = messages.c.sent_at <= until, messages.c.sent_at >= since
    changes = await older_names(rows.writer, rows.tenant, frozenset[str]().union(*(r.names for r in wanted)))
    people = frozenset[str]().union(*(changes.names_at(reply.names, reply.at) for reply in wanted))
    await _load_quoted(rows, {reply.in_reply_to for reply in wanted})
    await rows.messages.load(messages.c.ticket_id, {reply.ticket_id for reply in wanted}, earlier)
    await rows.messages.load_named(people, earlier, near)
    failed = {wamid for send in rows.messages.now.values() if send.undelivered for wamid in send.wamids}
    quoting = [reply for reply in await rows.replies.load(replies.c.in_reply_to, failed) if _is_open(reply)]
    await _load_quoted(rows, {reply.in_reply_to for reply in quoting})
    concerned = (asked | {reply.id: reply for reply in quoting}).values()
    return match_replies(_candidates(rows, concerned, people), concerned, accounts, changes, window)


def _candidates(rows: UnitOfWork, replies: Iterable[Reply], people: frozenset[str]) -> list[Message]:
    """The messages in memory that share anything with one of the replies, or with the people who wrote."""
    wamids = {reply.in_reply_to for reply in replies} - {None}
    tickets = {reply.ticket_id for reply in replies} - {None}
    return [
        send
        for send in rows.messages.now.values()
        if send.ticket_id in tickets or not send.names.isdisjoint(people) or not send.wamids.isdisjoint(wamids)
    ]


async def _assign_first_reply(rows: UnitOfWork, answered: set[str]) -> None:
    """Give each message the earliest of the replies that answer it."""
    await rows.messages.load(messages.c.id, answered)
    await rows.replies.load(replies.c.message_id, answered)
    found: dict[str, list[Reply]] = defaultdict(list)
    for reply in rows.replies.now.values():
        if reply.message_id in answered:
            found[reply.message_id].append(reply)
    for message_id in answered:
        message = rows.messages.get(message_id)
        if message is None:
            continue
        if has_pseudonym(message.names):
            # What answers a message to somebody who was forgotten came from them, whatever else it says.
            found[message_id] = [msgspec.structs.replace(reply, text=None) for reply in found[message_id]]
            for reply in found[message_id]:
                rows.replies.put(reply)
        first = min(found[message_id], key=lambda reply: (reply.at, reply.id), default=None)
        rows.messages.put(
            msgspec.structs.replace(
                message,
                reply_id=first.id if first else None,
                replied_at=first.at if first else None,
                reply_text=first.text if first else None,
                reply_kind=first.kind if first else None,
                response_bin=bin_of(message.sent_at, first.at) if first else None,
                status=int(derive_message_status(message.receipt_status, first is not None)),
            )
        )
