"""Derived state: the columns of messages and replies that follow from other rows, updated for the rows of a change.

`derive_status` derives the status of messages from their receipts; `resolve_replies` then matches replies to messages
and gives messages their first reply. Both use all rows that bear on the result, so the order of arrival has no effect.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache

import msgspec

from analytics.domain.measures.response_times import bin_of
from analytics.domain.message_status import Status, derive_message_status
from analytics.domain.time_zones import DAY, SECOND
from analytics.ingest.merging.accounts import Accounts
from analytics.ingest.merging.aliases import WAMID, has_pseudonym, listed, names, unlisted
from analytics.ingest.merging.contacts import newer_names, older_names
from analytics.ingest.merging.receipts import (
    BY_ACCOUNT,
    BY_NUMBER,
    NO_FACTS,
    Earliest,
    Facts,
    Receipt,
    earliest_about,
    facts_of,
    merged_facts,
)
from analytics.ingest.merging.records import DROPPED, Message, Reply
from analytics.ingest.reply_matching import ReplyMatch, match_replies
from analytics.ingest.unit_of_work import Key, UnitOfWork
from analytics.storage.tables import messages, receipts, replies

DAY_SECONDS = DAY // SECOND


async def derive_status(rows: UnitOfWork, touched: Iterable[Message], accounts: Accounts) -> None:
    """Set the status columns of messages from the receipts under their ids and their wamids."""
    touched = list(touched)
    versions = [*touched, *(before for m in touched if (before := rows.messages.before.get(m.id)))]
    refs = {version.id for version in versions}.union(*(version.wamids for version in versions))
    await rows.receipts.ensure(receipts.c.ref, refs)
    numbers_by_wamid = _phone_number_ids(rows)
    await _update_claims(rows, refs, accounts)

    @cache  # many messages of an account may have had one wamid
    def earliest_under(wamid: str, account_id: str) -> Earliest:
        keys = _receipt_keys(wamid, account_id, accounts, numbers_by_wamid)
        return earliest_about(_loaded_receipts(rows, keys), account_id, accounts)

    def facts_about(message: Message) -> Facts:
        account_id = message.account_id
        keys: list[Key] = [(message.id, "")]
        if message.wamid:
            keys += _receipt_keys(message.wamid, account_id, accounts, numbers_by_wamid)
        current = _loaded_receipts(rows, keys)
        if not message.earlier_wamids:  # nearly all messages: shortcuts
            if not current:
                return NO_FACTS
            if len(current) == 1:
                return facts_of(current[0], account_id, accounts)
        of_wamid = [earliest_under(message.wamid, account_id)] if message.wamid else []
        own = earliest_about(_loaded_receipts(rows, keys[:1]), account_id, accounts)
        earlier = (earliest_under(wamid, account_id) for wamid in unlisted(message.earlier_wamids))
        return merged_facts([own, *of_wamid], earlier)

    for message in touched:
        rows.messages.put(_with_facts(message, facts_about(message)))


def _with_facts(message: Message, facts: Facts) -> Message:
    """Return a message with the columns that follow from the facts about it."""
    status = facts.status
    recipients = facts.recipients
    if recipients:
        recipients = listed(unlisted(recipients) - names(message.contact_digits, message.contact_id))
    return msgspec.structs.replace(
        message,
        receipt_status=int(status),
        # A delivered message did not bounce, whatever failed on the way.
        failed_code=facts.failed_code if status is Status.FAILED else None,
        status=int(derive_message_status(status, message.reply_id is not None)),
        accepted_at=facts.accepted_at,
        delivered_at=facts.delivered_at,
        read_at=facts.read_at,
        failed_at=facts.failed_at,
        recipients=recipients,
    )


def _loaded_receipts(rows: UnitOfWork, keys: Iterable[Key]) -> list[Receipt]:
    get = rows.receipts.now.get
    return [receipt for key in keys if (receipt := get(key))]


# The phone number ids in the statuses of each wamid.
NumbersByWamid = dict[str, set[str]]


def _phone_number_ids(rows: UnitOfWork) -> NumbersByWamid:
    numbers: NumbersByWamid = defaultdict(set)
    for receipt in rows.receipts.now.values():
        if receipt.number is not None:
            numbers[receipt.ref].add(receipt.number)
    return numbers


def _receipt_keys(wamid: str, account_id: str, accounts: Accounts, numbers_by_wamid: NumbersByWamid) -> list[Key]:
    """Return the keys of the receipts that may be about an account's messages with a wamid."""
    keys: list[Key] = [(wamid, BY_ACCOUNT + account_id)]
    if named := numbers_by_wamid.get(wamid):
        # An account may have had thousands of numbers: use only those that the wamid's statuses name.
        keys += ((wamid, BY_NUMBER + number) for number in accounts.numbers_of(account_id) & named)
    return keys


async def _update_claims(rows: UnitOfWork, refs: set[str], accounts: Accounts) -> None:
    """Set `claimed` of the receipts under some names: True if they belong to a message.

    A receipt that lost its message may belong to another one. If it belongs to none, it is an orphan from now on: it
    gets a new `received_at`, so that it is not dropped for its age.
    """
    affected = [receipt for receipt in rows.receipts.now.values() if receipt.ref in refs]
    is_claimed = _claims(rows, accounts)
    orphaned_refs = {receipt.ref for receipt in affected if receipt.claimed and not is_claimed(receipt)}
    if orphaned_refs:
        await rows.messages.load(messages.c.wamid, orphaned_refs)
        await rows.messages.load_aliased(WAMID + ref for ref in orphaned_refs)
        is_claimed = _claims(rows, accounts)
    for receipt in affected:
        claimed = is_claimed(receipt)
        if receipt.claimed and not claimed:
            rows.receipts.put(msgspec.structs.replace(receipt, claimed=False, received_at=rows.now))
        elif claimed and not receipt.claimed:
            rows.receipts.put(msgspec.structs.replace(receipt, claimed=True))


def _claims(rows: UnitOfWork, accounts: Accounts) -> Callable[[Receipt], bool]:
    """Return the function that says whether a receipt belongs to one of the loaded messages."""
    ids = rows.messages.now.keys()
    sent = {(wamid, message.account_id) for message in rows.messages.now.values() for wamid in message.wamids}

    def is_claimed(receipt: Receipt) -> bool:
        if receipt.account_id is not None:
            return (receipt.ref, receipt.account_id) in sent
        if receipt.number is not None:
            return any((receipt.ref, account_id) in sent for account_id in accounts.having(receipt.number))
        return receipt.ref in ids

    return is_claimed


async def resolve_replies(rows: UnitOfWork, accounts: Accounts, window_days: int, fresh: Iterable[Reply]) -> None:
    """Match every reply whose match may have changed, and give messages their first reply.

    `fresh` are replies to match in any case; the others follow from the messages in `rows` of which a field changed
    that matching uses.
    """
    window = window_days * DAY_SECONDS
    moved = {
        message.id: (before, message)
        for before, message in rows.messages.changes()
        if before is None or _matching_fields(before) != _matching_fields(message)
    }
    affected = await _affected_replies(rows, moved, {reply.id: reply for reply in fresh if _is_open(reply)}, window)
    matches = await _match(rows, affected, accounts, window)
    affected_messages = {message.id for _, message in moved.values() if message.reply_id is not None}
    for reply in affected.values():
        message_id, rule = matches.get(reply.id) or (None, None)
        if (reply.message_id, reply.rule) != (message_id, rule):
            # A reply that lost its message is an orphan from now on: it must not be dropped for its age.
            since = rows.now if reply.message_id and not message_id else reply.received_at
            rows.replies.put(msgspec.structs.replace(reply, message_id=message_id, rule=rule, received_at=since))
        elif reply is rows.replies.before.get(reply.id):
            continue
        affected_messages |= {id for id in (reply.message_id, message_id) if id is not None}
    await _assign_first_reply(rows, affected_messages)


def _is_open(reply: Reply) -> bool:
    """Return True if a reply may still be matched: not when its message was deleted by retention."""
    return reply.message_id != DROPPED


def _matching_fields(message: Message) -> tuple[object, ...]:
    """Return the fields of a message that matching uses."""
    return (
        message.sent_at,
        message.account_id,
        message.wamids,
        message.ticket_id,
        message.names,
        message.undelivered,
    )


async def _affected_replies(
    rows: UnitOfWork,
    moved: dict[str, tuple[Message | None, Message]],
    fresh: dict[str, Reply],
    window: int,
) -> dict[str, Reply]:
    """Return all replies whose match may depend on a moved message.

    A reply that quotes a failed message proves that the message arrived, so other replies can match it. Where a moved
    message may change which message a quotation means, the failed messages that it may mean therefore count as moved
    too. One such step is enough: rule 1 uses only wamids, accounts and times, so the matches of other replies cannot
    change the meaning of a quotation.
    """
    affected = dict(fresh)
    versions = [version for pair in moved.values() for version in pair if version]
    await _add_candidates(rows, versions, window, affected)
    bearing = frozenset[str]().union(*(version.wamids for version in versions))
    quoted = {
        version.in_reply_to
        for reply in affected.values()
        for version in _versions(rows, reply)
        if reply.id in fresh or version.in_reply_to in bearing
    } - {None}
    await _load_quoted(rows, quoted)
    proved_arrived = [
        message
        for message in rows.messages.now.values()
        if quoted and message.undelivered and message.id not in moved and not message.wamids.isdisjoint(quoted)
    ]
    await _add_candidates(rows, proved_arrived, window, affected)
    return affected


async def _add_candidates(rows: UnitOfWork, sends: list[Message], window: int, affected: dict[str, Reply]) -> None:
    """Add the open replies that may answer one of the messages."""
    for reply in await _candidate_replies(rows, sends, window):
        if reply.id not in affected and _is_open(reply):
            affected[reply.id] = reply


def _versions(rows: UnitOfWork, reply: Reply) -> list[Reply]:
    before = rows.replies.before.get(reply.id)
    return [reply] if before is None else [reply, before]


async def _load_quoted(rows: UnitOfWork, wamids: Iterable[str | None]) -> None:
    """Load the messages that have, or had, one of the wamids."""
    quoted = {wamid for wamid in wamids if wamid is not None}
    await rows.messages.ensure(messages.c.wamid, quoted)
    await rows.messages.load_aliased(WAMID + wamid for wamid in quoted)


async def _candidate_replies(rows: UnitOfWork, sends: list[Message], window: int) -> list[Reply]:
    """Load the replies that may answer one of the messages, by any rule."""
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


async def _match(
    rows: UnitOfWork, affected: dict[str, Reply], accounts: Accounts, window: int
) -> dict[str, ReplyMatch]:
    """Load every message that the replies may answer, and every reply that bears on those, and match them."""
    if not affected:
        return {}
    own_replies = affected.values()
    until = max(reply.at for reply in own_replies) + SECOND
    since = min(reply.at for reply in own_replies) - (window + 1) * SECOND
    earlier, near = messages.c.sent_at <= until, messages.c.sent_at >= since
    names = frozenset[str]().union(*(reply.names for reply in own_replies))
    changes = await older_names(rows.writer, rows.tenant, names)
    all_names = names | changes.old_names
    await _load_quoted(rows, {reply.in_reply_to for reply in own_replies})
    await rows.messages.load(messages.c.ticket_id, {reply.ticket_id for reply in own_replies}, earlier)
    await rows.messages.load_named(all_names, earlier, near)
    failed = {wamid for send in rows.messages.now.values() if send.undelivered for wamid in send.wamids}
    quoting = [reply for reply in await rows.replies.load(replies.c.in_reply_to, failed) if _is_open(reply)]
    await _load_quoted(rows, {reply.in_reply_to for reply in quoting})
    concerned = (affected | {reply.id: reply for reply in quoting}).values()
    return match_replies(_candidates(rows, concerned, all_names), concerned, accounts, changes, window)


def _candidates(rows: UnitOfWork, replies: Iterable[Reply], people: frozenset[str]) -> list[Message]:
    """Return the loaded messages that share a wamid, a ticket or a contact's name with one of the replies."""
    wamids = {reply.in_reply_to for reply in replies} - {None}
    tickets = {reply.ticket_id for reply in replies} - {None}
    return [
        send
        for send in rows.messages.now.values()
        if send.ticket_id in tickets
        or not send.names.isdisjoint(people)
        or (wamids and not send.wamids.isdisjoint(wamids))
    ]


async def _assign_first_reply(rows: UnitOfWork, answered: set[str]) -> None:
    """Give each message the earliest of the replies that answer it."""
    await rows.messages.ensure(messages.c.id, answered - rows.messages.now.keys())
    await rows.replies.load(replies.c.message_id, answered)
    replies_by_message: dict[str, list[Reply]] = defaultdict(list)
    for reply in rows.replies.now.values():
        if reply.message_id in answered:
            replies_by_message[reply.message_id].append(reply)
    for message_id in answered:
        message = rows.messages.get(message_id)
        if message is None:
            continue
        if has_pseudonym(message.names):
            # A reply to a message to an erased person came from them, whatever contact it names: delete its text.
            replies_by_message[message_id] = [
                msgspec.structs.replace(reply, text=None, button_payload=None)
                for reply in replies_by_message[message_id]
            ]
            for reply in replies_by_message[message_id]:
                rows.replies.put(reply)
        first = min(replies_by_message[message_id], key=lambda reply: (reply.at, reply.id), default=None)
        rows.messages.put(
            msgspec.structs.replace(
                message,
                reply_id=first.id if first else None,
                replied_at=first.at if first else None,
                reply_text=first.text if first else None,
                reply_kind=first.kind if first else None,
                reply_button=first.button if first else None,
                response_bin=bin_of(message.sent_at, first.at) if first else None,
                status=int(derive_message_status(message.receipt_status, first is not None)),
            )
        )
