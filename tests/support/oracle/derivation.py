"""The state that follows from a set of events: messages, their statuses and replies."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from tests.support.oracle.local_time import parse_instant, whole_second
from tests.support.oracle.statements import (
    clean,
    contact_names,
    drop_nulls,
    earliest,
    flatten,
    fold_versions,
    in_force,
    is_notice_of,
    known_category,
    merge_copies,
    reply_text_of,
)
from tests.support.oracle.values import (
    DEFAULT_WINDOW,
    FACTS,
    IDENTIFYING,
    KIND_RANKS,
    NOT_REPLIES,
    WHOLE,
    Answer,
    Event,
    Facts,
    Fields,
    Name,
    OracleMessage,
    Reply,
    Rule,
    Status,
)


class Derivation:
    """§ A message and its states."""

    messages: dict[str, OracleMessage]

    def __init__(self, events: Iterable[Event]) -> None:
        self._events: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            self._events[event["type"]].append(clean(event))
        self._statements = self._all_statements()
        self._versions = {key: fold_versions(statements) for key, statements in self._statements.items()}
        self._claims = self._all_claims()
        self._wamids = self._all_wamids()
        self._sends = {
            id: versions[-1][1]
            for (kind, id), versions in self._versions.items()
            if kind == "message" and versions[-1][1].keys() >= WHOLE
        }
        tenant = self._newest("tenant", "")
        self.time_zone: str = tenant.get("time_zone", "UTC")
        self.reply_window = timedelta(days=tenant.get("reply_window_days", DEFAULT_WINDOW))
        self._categories = self._all_categories()
        self._statuses = self._all_statuses()
        self._changes = self._all_changes()
        facts = {id: self._facts(id) for id in self._sends}
        self.replies_to = self._answers(facts)
        answers = {id: earliest(answers) for id, answers in self.replies_to.items()}
        self.messages = {id: self._message(id, facts[id], answers.get(id)) for id in sorted(self._sends)}

    def category_at(self, template_id: str, instant: datetime) -> str:
        """§ Names: of the platform's and WhatsApp's categories, as one time line; OTHER when unknown."""
        return known_category(in_force(self._categories.get(template_id, []), instant))

    def template_at(self, template_id: str, instant: datetime) -> Fields | None:
        """§ Names: what the platform said of a template, as of an instant."""
        return in_force(self._versions.get(("template", template_id), []), instant)

    def _stated(self) -> Iterator[tuple[str, str, datetime, Fields]]:
        """§ A message and its states: (kind, id, time, keys) of every statement; null says that there is none."""
        for kind in ("tenant", "department", "agent", "account", "template", "message"):
            for event in self._events[f"{kind}.sent" if kind == "message" else f"{kind}.upserted"]:
                fields = flatten(event if kind == "tenant" else event[kind])
                id = "" if kind == "tenant" else fields["id"]
                at = parse_instant(event["at"])
                updated_at = parse_instant(event["updated_at"]) if event.get("updated_at") else at
                said = {key: value for key, value in fields.items() if value is not None or key not in IDENTIFYING}
                yield kind, id, updated_at, {**said, "at": at}

    def _all_statements(self) -> dict[tuple[str, str], list[tuple[datetime, Fields]]]:
        """§ A message and its states: by (kind, id), oldest first; statements of one time are one."""
        at_once: dict[tuple[str, str, datetime], list[Fields]] = defaultdict(list)
        for kind, id, at, said in self._stated():
            at_once[kind, id, at].append(said)
        statements: dict[tuple[str, str], list[tuple[datetime, Fields]]] = defaultdict(list)
        for kind, id, at in sorted(at_once):
            statements[kind, id].append((at, merge_copies(at_once[kind, id, at])))
        return dict(statements)

    def _newest(self, kind: str, id: str) -> Fields:
        versions = self._versions.get((kind, id))
        return versions[-1][1] if versions else {}

    def _all_wamids(self) -> dict[str, set[str]]:
        """§ A message and its states: every wamid that a message ever had, the newest and the earlier attempts."""
        wamids: dict[str, set[str]] = defaultdict(set)
        for kind, id, _, said in self._stated():
            if kind == "message" and "wamid" in said:
                wamids[id].add(said["wamid"])
        return wamids

    def _all_claims(self) -> dict[str, list[tuple[datetime, str]]]:
        """§ A message and its states: by phone number id, (time, account) of every claim, oldest first."""
        claims: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        for (kind, id), statements in self._statements.items():
            for at, said in statements:
                if kind == "account" and "phone_number_id" in said:
                    claims[said["phone_number_id"]].append((at, id))
        return {number: sorted(claimed) for number, claimed in claims.items()}

    def _account(self, named: Fields, at: datetime) -> str | None:
        """The account a status or reply of a time names: by id, else by a number that was the account's then."""
        if "account_id" in named:
            return str(named["account_id"])
        return in_force(self._claims.get(named.get("phone_number_id", ""), []), at)

    def _all_categories(self) -> dict[str, list[tuple[datetime, str | None]]]:
        """(time, category) by template, oldest first: what the platform says until Meta does, then what Meta says."""
        newest = {id: self._newest("template", id) for kind, id in self._versions if kind == "template"}
        names = Counter(template.get("name") for template in newest.values())
        categories: dict[str, list[tuple[datetime, str | None]]] = {}
        for id, template in newest.items():
            noticed = sorted(
                (parse_instant(notice["at"]), notice["category"])
                for notice in self._events["template.notice"]
                if notice.get("category") is not None and is_notice_of(notice, template, names)
            )
            stated = [
                (at, said["category"])
                for at, said in self._statements["template", id]
                if "category" in said and (not noticed or at < noticed[0][0])
            ]
            categories[id] = stated + noticed
        return categories

    def _all_statuses(self) -> dict[tuple[str, str | None], list[Fields]]:
        """The statuses of known words by what they name: a message's id, else a wamid."""
        statuses: dict[tuple[str, str | None], list[Fields]] = defaultdict(list)
        for event in self._events["message.status"]:
            status = drop_nulls(flatten(event)) | {"at": parse_instant(event["at"])}
            key = "message_id" if "message_id" in status else "wamid"
            if status["status"] in FACTS:
                statuses[key, status.get(key)].append(status)
        return statuses

    def _statuses_of(self, id: str, wamids: Iterable[str]) -> list[Fields]:
        """Events, `message.status`: those that name the message, or one of the wamids on its account."""
        account = self._sends[id]["account_id"]
        named = self._statuses.get(("message_id", id), [])
        under = (status for wamid in wamids for status in self._statuses.get(("wamid", wamid), []))
        return named + [status for status in under if self._account(status, status["at"]) == account]

    def _counted(self, id: str) -> list[Fields]:
        """§ A message and its states: statuses of the newest wamid count, those of earlier attempts do not."""
        send = self._sends[id]
        return self._statuses_of(id, [send["wamid"]] if "wamid" in send else [])

    def _facts(self, id: str) -> Facts:
        """§ A message and its states: the earliest time of each fact."""
        known: dict[str, list[datetime]] = defaultdict(list)
        for status in self._counted(id):
            known[FACTS[status["status"]]].append(status["at"])
        return {name: min(instants) for name, instants in known.items()}

    def _failed_code(self, id: str) -> int | None:
        """§ A message and its states: the code of the earliest failure that has one; at equal times the smaller."""
        codes = [
            (status["at"], status["error.code"])
            for status in self._counted(id)
            if status["status"] == "failed" and "error.code" in status
        ]
        return min(codes)[1] if codes else None

    def _all_changes(self) -> list[tuple[datetime, frozenset[Name], frozenset[Name]]]:
        """§ Which message a reply answers: (time, old names, new names) of the notices of changed contacts."""
        notices = [(event["at"], flatten(event)) for event in self._events["contact.changed"]]
        return [
            (parse_instant(at), contact_names(notice, "old"), contact_names(notice, "new")) for at, notice in notices
        ]

    def _known_as(self, names: frozenset[Name], at: datetime) -> frozenset[Name]:
        """§ Which message a reply answers: with the old names that notices up to the time tie to these, and so on."""
        old = {name for noticed, olds, news in self._changes if noticed <= at and news & names for name in olds}
        return names if old <= names else self._known_as(names | old, at)

    def _sent_to(self, id: str) -> frozenset[Name]:
        """§ Which message a reply answers: the names of a message's contact, also those in statuses of any attempt."""
        recipients = (contact_names(status, "recipient") for status in self._statuses_of(id, self._wamids[id]))
        return contact_names(self._sends[id], "contact").union(*recipients)

    def _replies(self) -> list[Reply]:
        """§ Which message a reply answers: what was said to us alone, known by its wamid, else its id."""
        copies: dict[str, list[Fields]] = defaultdict(list)
        for event in self._events["message.reply"]:
            copy = {"kind": "text", **drop_nulls(flatten(event["reply"]))}
            if copy["kind"] not in NOT_REPLIES:
                copies[copy.get("wamid") or copy["id"]].append({**copy, "at": parse_instant(event["at"])})
        return [self._reply(key, same) for key, same in copies.items() if not any("group_id" in copy for copy in same)]

    def _reply(self, key: str, copies: list[Fields]) -> Reply:
        """§ Which message a reply answers: copies complete each other; the earliest time counts."""
        merged = merge_copies(copies)
        at = min(copy["at"] for copy in copies)
        names = frozenset[Name]().union(*(contact_names(copy, "contact") for copy in copies))
        kind = max((copy["kind"] for copy in copies), key=lambda kind: (KIND_RANKS.get(kind, 3), kind))
        text = max((text for text in map(reply_text_of, copies) if text is not None), default=None)
        payload = max((copy["button_payload"] for copy in copies if copy.get("button_payload")), default=None)
        return Reply(
            key=key,
            at=at,
            kind=kind,
            text=text,
            # § Answers: a button is known by its payload, else by its label, of which 256 characters count.
            button=(payload or text or "")[:256] or None if kind in {"button", "interactive"} else None,
            account_id=self._account(merged, at),
            ticket_id=merged.get("ticket_id"),
            in_reply_to=merged.get("in_reply_to"),
            names=self._known_as(names, at),
            from_ad=merged.get("referral", False),
        )

    def _answers(self, facts: Mapping[str, Facts]) -> dict[str, list[Answer]]:
        """§ Which message a reply answers: by message, every reply that answers it."""
        replies = self._replies()
        exact = {reply.key: self._referred(reply) for reply in replies}
        names = {id: self._sent_to(id) for id in self._sends}
        arrived = [
            id
            for id in self._sends
            if "failed" not in facts[id] or {"delivered", "read"} & facts[id].keys() or id in exact.values()
        ]
        answers: dict[str, list[Answer]] = defaultdict(list)
        for reply in replies:
            # What came through an ad answers only what it refers to.
            earlier = [
                id
                for id in arrived
                if not reply.from_ad and whole_second(self._sends[id]["at"]) <= whole_second(reply.at)
            ]
            same_contact = [id for id in earlier if names[id] & reply.names]
            found: dict[Rule, str | None] = {
                "EXACT": exact[reply.key],
                "TICKET": self._latest(id for id in earlier if self._same_ticket(id, reply)),
                "CONVERSATION": self._latest(id for id in same_contact if self._same_conversation(id, reply)),
            }
            for rule, id in found.items():
                if id is not None:
                    answers[id].append(Answer(reply, rule))
                    break
        return answers

    def _referred(self, reply: Reply) -> str | None:
        """The message a reply refers to; of several that had that wamid, rather one on the reply's account."""
        referred = [id for id in self._sends if reply.in_reply_to in self._wamids[id]]
        own = [id for id in referred if self._sends[id]["account_id"] == reply.account_id]
        return self._latest(own or referred)

    def _same_ticket(self, id: str, reply: Reply) -> bool:
        return reply.ticket_id is not None and self._sends[id].get("ticket.id") == reply.ticket_id

    def _same_conversation(self, id: str, reply: Reply) -> bool:
        send = self._sends[id]
        in_time = whole_second(reply.at) - whole_second(send["at"]) <= self.reply_window
        return in_time and bool(send["account_id"] == reply.account_id)

    def _latest(self, ids: Iterable[str]) -> str | None:
        return max(ids, default=None, key=lambda id: (self._sends[id]["at"], id))

    def _message(self, id: str, facts: Facts, answer: Answer | None) -> OracleMessage:
        """§ A message and its states."""
        send = self._sends[id]
        delivered = "delivered" in facts or "read" in facts or answer is not None
        bounced = "failed" in facts and not delivered
        furthest: dict[Status, bool] = {
            "FAILED": bounced,
            "READ": "read" in facts,
            "DELIVERED": delivered,
            "SENT": "accepted" in facts,
            "PENDING": True,
        }
        own = send.get("template_category")
        return OracleMessage(
            id=id,
            sent_at=send["at"],
            account_id=send["account_id"],
            department_id=send["department_id"],
            agent_id=send["agent_id"],
            template_id=send["template_id"],
            template_category=known_category(own) if own else self.category_at(send["template_id"], send["at"]),
            template_language=(self.template_at(send["template_id"], send["at"]) or {}).get("language"),
            status=next(status for status, reached in furthest.items() if reached),
            bounce_code=self._failed_code(id) if bounced else None,
            replied_at=answer.reply.at if answer else None,
            reply_text=answer.reply.text if answer else None,
            reply_rule=answer.rule if answer else None,
            ticket_id=send.get("ticket.id"),
            ticket_key=send.get("ticket.key"),
            ticket_created=send.get("ticket.created", False),
            wamid=send.get("wamid"),
            contact_phone=send.get("contact.phone"),
            reply_kind=answer.reply.kind if answer else None,
            reply_button=answer.reply.button if answer else None,
            accepted_at=facts.get("accepted"),
            delivered_at=facts.get("delivered"),
            read_at=facts.get("read"),
            failed_at=facts.get("failed"),
        )
