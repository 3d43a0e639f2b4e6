"""Small sets of events that collide as often as possible: few ids, few instants, keys often absent or null."""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from analytics.domain.query_spec import DIMENSIONS
from tests.support.oracle import Filter

Event = dict[str, Any]
Fields = dict[str, SearchStrategy[Any]]

# Clock changes in America/Santiago: 24:00 is 23:00 again, and 00:00 is 01:00 at once.
NIGHTS = (datetime(2026, 4, 5, 3, tzinfo=UTC), datetime(2026, 9, 6, 4, tzinfo=UTC))
# Seconds from the night. Pairs of them lie exactly one reply window apart, or less than a second beside it.
WEEK = 7 * 86400
OFFSETS = (-86400, -3600, -1, -0.3, 0, 0.3, 0.7, 1, 1800, 3600, 86400, WEEK - 1, WEEK, WEEK + 0.7, WEEK + 1)
ZONES = ("UTC", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
WRITTEN_IN = (UTC, timezone(timedelta(hours=-3)), timezone(timedelta(hours=5, minutes=45)))

MESSAGES = ("m1", "m2", "m3", "m4")
WAMIDS = ("wamid.out1", "wamid.out2", "wamid.out3")
ACCOUNTS = ("a1", "a2")
PHONE_NUMBER_IDS = ("100001", "100002")
DEPARTMENTS = ("d1", "d2", "d3")
AGENTS = ("u1", "u2", "u3")
TEMPLATES = ("t1", "t2")
# What a message needs, besides a contact.
OF_A_SEND = {"account_id": ACCOUNTS, "department_id": DEPARTMENTS, "agent_id": AGENTS, "template_id": TEMPLATES}
META_IDS = ("900001", "900002")
TEMPLATE_NAMES = ("saludo", "aviso")
LANGUAGES = ("es_CL", "es")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION", "utility")
# Of a template's health; with words that are not known.
OF_A_NOTICE = {
    "status": ("PAUSED", "APPROVED", "REINSTATED", "DISABLED", "NEWS"),
    "title": ("FIRST_PAUSE", "SECOND_PAUSE", "UNPAUSE"),
    "reason": ("INVALID_FORMAT",),
    "quality": ("GREEN", "YELLOW", "RED", "PURPLE"),
    "previous_quality": ("GREEN", "YELLOW"),
    "previous_category": ("UTILITY",),
    "announced_category": ("MARKETING",),
}
TICKETS = ("9001", "9002")
TICKET = {"key": ("DESK-1", "DESK-2", None), "created": (True, False, None)}
REPLY_IDS = ("r1", "r2", "r3")
REPLY_WAMIDS = ("wamid.in1", "wamid.in2")
# The second is the first and the third, which are not each other: sameness is pairwise. A mistyped phone is no name.
CONTACTS = (
    {"phone": "+56 9 1111 1111"},
    {"phone": "+56911111111", "id": "CL.1"},
    {"id": "CL.1"},
    {"phone": "56922222222", "id": "CL.2"},
    {"phone": "", "id": "CL.2"},
    {"phone": "123"},
)
# What else WhatsApp calls people.
RECIPIENTS = (
    {"phone": "5691111111"},
    {"phone": "56922222222", "id": "CL.3"},
    {"id": "CL.3"},
    {"phone": "56911111111 / 56922222222"},
)
KNOWN_AS = CONTACTS + RECIPIENTS
# A person by names that only WhatsApp ties together, and by one that is none.
ANA = ({"phone": "+56 9 1111 1111"}, {"phone": "5691111111"}, {"id": "CL.3"}, {"phone": "123"})
STATUSES = ("accepted", "sent", "delivered", "read", "read", "failed", "deleted", "warning", "played")
CODES = (131026, 131047, 470)
REPLY_KINDS = (
    "text",
    "button",
    "interactive",
    "media",
    "image",
    "audio",
    "form",
    "unsupported",
    "reaction",
    "revoke",
    "edit",
    "system",
)
# Few are in a group or came through an ad: nearly nothing else of a reply counts then.
PLACES: tuple[Event, ...] = ({}, {}, {}, {}, {}, {"referral": True}, {"group_id": "g1"})
PAYLOADS = ("yes", "no", "", None)
TEXTS = ("Sí, gracias", "", " ", "no", "nul\x00", "lone\ud800", "😀")
NAMES = ("Ana Díaz", "ana diaz", "Zoë", "\U0001f600", "\uff5e")  # the last two sort otherwise in UTF-16


def events(night: datetime | None = None, *, notices: bool = False) -> SearchStrategy[list[Event]]:
    """Events around one clock change (either of `NIGHTS` unless named), with what only webhooks say if asked."""
    nights = st.sampled_from(NIGHTS) if night is None else st.just(night)
    return nights.flatmap(lambda chosen: _sets(chosen, notices=notices))


def orderings(events: list[Event]) -> SearchStrategy[list[Event]]:
    """The same set: any order, some events repeated."""
    if not events:
        return st.just([])
    repeated = st.lists(st.sampled_from(events), max_size=4)
    return repeated.flatmap(lambda again: st.permutations([*events, *again]))


# Ids to filter by, of each dimension.
FILTER_IDS = {"template_id": TEMPLATES, "account_id": ACCOUNTS, "department_id": DEPARTMENTS, "agent_id": AGENTS}
SHOWN_CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION", "SERVICE", "OTHER")


def filters(night: datetime | None = None, *, by_template: bool = False) -> SearchStrategy[Filter]:
    """Filters of up to ten days around one clock change, with empty sets, unknown ids and other zones.

    With `by_template` also of categories and languages, of which only message rows may know.
    """
    firsts = st.sampled_from(NIGHTS if night is None else (night,)).flatmap(_days)
    return st.builds(
        lambda first, length, rest, more: Filter(first, first + timedelta(days=length), **rest | more),
        firsts,
        st.integers(0, 9),
        st.fixed_dictionaries(
            {},
            optional={
                "time_zone": st.none() | st.sampled_from(ZONES),
                **_of_dimensions(excluded=False),
            },
        ),
        # Rarely several of these: they would leave little.
        st.just({}) | _one_of(_of_dimensions(excluded=True) | (_TEMPLATE_FILTERS if by_template else {})),
    )


_TEMPLATE_FILTERS: dict[str, SearchStrategy[Any]] = {
    "categories": st.frozensets(st.sampled_from(SHOWN_CATEGORIES)),
    "languages": st.frozensets(st.sampled_from((*LANGUAGES, "unknown"))),
}


def _of_dimensions(*, excluded: bool) -> dict[str, SearchStrategy[Any]]:
    return {
        dimension.field: _ids(FILTER_IDS[dimension.column])
        for dimension in DIMENSIONS
        if dimension.excluded is excluded
    }


def _one_of(fields: dict[str, SearchStrategy[Any]]) -> SearchStrategy[dict[str, Any]]:
    return st.one_of(*(st.fixed_dictionaries({name: values}) for name, values in fields.items()))


def cases(*, notices: bool = False, by_template: bool = False) -> SearchStrategy[tuple[list[Event], Filter]]:
    """Events and a filter around the same night, so that the filter seldom misses them all."""
    nights = st.sampled_from(NIGHTS)
    return nights.flatmap(
        lambda night: st.tuples(events(night, notices=notices), filters(night, by_template=by_template))
    )


def _days(night: datetime) -> SearchStrategy[date]:
    return st.integers(-3, 3).map(lambda days: night.date() + timedelta(days=days))


def _ids(known: tuple[str, ...]) -> SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from((*known, "unknown")))


def _times(night: datetime, offsets: tuple[float, ...] = OFFSETS) -> SearchStrategy[str]:
    """RFC 3339 texts of few instants, one instant written with several offsets."""
    return st.builds(
        lambda seconds, zone: (night + timedelta(seconds=seconds)).astimezone(zone).isoformat(),
        st.sampled_from(offsets),
        st.sampled_from(WRITTEN_IN),
    ).map(lambda text: text.replace("+00:00", "Z"))


@cache
def _sets(night: datetime, *, notices: bool) -> SearchStrategy[list[Event]]:
    times = _times(night)
    kinds = [_upsert(times, kind) for kind in ("department", "agent", "account", "account", "template")]
    told = [_notice(times), _contact_change(times, KNOWN_AS, KNOWN_AS)] if notices else []
    rest = st.one_of(*kinds, _tenant(times), _member(times), *told)
    stories = [_conversation(night, notices=notices), *([_template(times)] if notices else [])]
    parts = st.lists(_send(times)), st.lists(_status(times)), st.lists(_reply(times)), st.lists(rest)
    return _one_by_one(*parts, st.one_of(st.just([]), *stories))


def _conversation(night: datetime, *, notices: bool) -> SearchStrategy[list[Event]]:
    """A send and a reply soon after it, with what may tie the names and the number of one to those of the other.

    Events drawn apart from each other too seldom have all of that in common.
    """
    times, before, after = _times(night), _times(night, OFFSETS[:5]), _times(night, OFFSETS[5:11])
    id, wamid, account, number = ("m5",), WAMIDS[:1], {"account_id": ACCOUNTS[:1]}, PHONE_NUMBER_IDS[:1]
    sender = _keys(account) | _keys({"phone_number_id": number})
    message = _keys({"id": id, "wamid": wamid, **OF_A_SEND, **account, "contact": ANA[:1]})
    again = _keys({"id": id, "wamid": WAMIDS})
    named = _keys({"message_id": id}) | _together(_keys({"wamid": wamid}), sender)
    status = _event("message.status", times, recipient=ANA[1:], status=STATUSES)
    reply = _together(_keys({"id": ("r4",), "contact": ANA[1:]}), sender)
    claim = _keys({"id": ACCOUNTS, "phone_number_id": number})
    changes = _contact_change(times, ANA[:1], ANA[1:2]) | _contact_change(times, ANA[1:2], ANA[2:3])
    return _one_by_one(
        _one(_event("message.sent", before, message=message)),
        st.lists(_event("message.sent", before, updated_at=times, message=again), max_size=1),
        st.lists(_event("account.upserted", times, account=claim), max_size=2),
        st.lists(_together(status, named), max_size=2),
        st.lists(changes, max_size=2 if notices else 0),
        _one(_event("message.reply", after, reply=reply)),
    )


def _template(times: SearchStrategy[str]) -> SearchStrategy[list[Event]]:
    """Statements and notices of templates of one name: whose a notice is depends on the rest of what they say."""
    name = {"name": TEMPLATE_NAMES[:1]}
    names = {"language": LANGUAGES, "meta_id": META_IDS}
    known = _keys({"id": TEMPLATES, **name}, {**names, "category": (*CATEGORIES, None)})
    notice = _together(_event("template.notice", times, **name, category=CATEGORIES), _keys({}, names))
    return st.lists(_described("template.upserted", times, template=known) | notice, min_size=2, max_size=5)


def _send(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    """Few ids make most repeats corrections: whole with a later, an equal or no `updated_at`, or only in part.

    So some corrections are of messages that never come.
    """
    ticket = _keys({"id": TICKETS}, TICKET)
    described = {"wamid": (*WAMIDS, None), "template_category": (*CATEGORIES, "", None), "ticket": ticket | st.none()}
    whole = _keys({"id": MESSAGES, **OF_A_SEND, "contact": CONTACTS}, described)
    contact = st.sampled_from((None, {"phone": None}, {"id": None}, *CONTACTS))
    parts = described | {"contact": contact, "ticket": _keys({}, {"id": (*TICKETS, None), **TICKET}) | st.none()}
    part = _keys({"id": MESSAGES}, OF_A_SEND | parts)
    return (
        _event("message.sent", times, message=whole)
        | _event("message.sent", times, message=whole, updated_at=times)
        | _event("message.sent", times, message=part, updated_at=times)
    )


def _status(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    message = _keys({"message_id": MESSAGES}, {"wamid": WAMIDS})
    by_account = _keys({"wamid": WAMIDS, "account_id": ACCOUNTS}, {"phone_number_id": PHONE_NUMBER_IDS})
    by_number = _keys({"wamid": WAMIDS, "phone_number_id": PHONE_NUMBER_IDS})
    error = _keys({"code": CODES}, {"title": ("Message undeliverable",)})
    failed = _keys({"status": ("failed",)}, {"error": error})
    return _together(
        _event("message.status", times),
        _keys({}, {"recipient": KNOWN_AS}),
        message | by_account | by_number,
        _keys({"status": STATUSES}) | failed,
    )


def _reply(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    """The platform's event, and the webhook's copy: no ticket, no id but the wamid, the account by number."""
    said = _keys(
        {"contact": KNOWN_AS},
        {"kind": REPLY_KINDS, "in_reply_to": WAMIDS, "text": TEXTS, "caption": TEXTS, "button_payload": PAYLOADS},
    )
    platform = _keys({"id": REPLY_IDS, "account_id": ACCOUNTS}, {"ticket_id": TICKETS, "wamid": REPLY_WAMIDS})
    webhook = _keys({"wamid": REPLY_WAMIDS, "phone_number_id": PHONE_NUMBER_IDS})
    reply = _together(platform | webhook, said, st.sampled_from(PLACES))
    return _event("message.reply", times, reply=reply)


def _tenant(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    window = st.integers(0, 30) | st.none()
    settings = _keys({}, {"time_zone": (*ZONES, None), "name": (*NAMES, None), "reply_window_days": window})
    return _together(_described("tenant.upserted", times), settings)


def _member(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    types = ("member.added", "member.removed")
    return _keys({"type": types, "at": times, "user_id": AGENTS, "department_id": DEPARTMENTS})


def _upsert(times: SearchStrategy[str], kind: str) -> SearchStrategy[Event]:
    ids = {"department": DEPARTMENTS, "agent": AGENTS, "account": ACCOUNTS, "template": TEMPLATES}
    optional: dict[str, dict[str, Any]] = {
        "department": {"name": NAMES, "active": (True, False)},
        "agent": {"name": NAMES, "email": ("ana@acme.cl", "zoe@acme.cl"), "active": (True, False)},
        "account": {
            "name": NAMES,
            "phone": ("+56900000001", "+56900000002"),
            "phone_number_id": PHONE_NUMBER_IDS,
        },
        "template": {
            "name": TEMPLATE_NAMES,
            "category": CATEGORIES,
            "language": LANGUAGES,
            "meta_id": META_IDS,
            "active": (True, False),
        },
    }
    described = {key: (*values, None) for key, values in optional[kind].items()}
    return _described(f"{kind}.upserted", times, **{kind: _keys({"id": ids[kind]}, described)})


def _notice(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    """A notice of Meta's, which names the template in full or not."""
    names = {"meta_id": (*META_IDS, ""), "name": (*TEMPLATE_NAMES, ""), "language": (*LANGUAGES, "")}
    said = {"category": CATEGORIES, **OF_A_NOTICE}
    return _together(_event("template.notice", times), _keys({}, {**names, **said}))


def _contact_change(
    times: SearchStrategy[str], old: tuple[Event, ...], new: tuple[Event, ...]
) -> SearchStrategy[Event]:
    """A notice that somebody is called otherwise now; few names make chains of them."""
    return _event("contact.changed", times, old=old, new=new)


def _described(type: str, times: SearchStrategy[str], **body: SearchStrategy[Event]) -> SearchStrategy[Event]:
    return _together(_event(type, times, **body), _keys({}, {"updated_at": times}))


def _event(type: str, times: SearchStrategy[str], **body: Any) -> SearchStrategy[Event]:
    return _keys({"type": (type,), "at": times, **body})


def _keys(required: dict[str, Any], optional: dict[str, Any] | None = None) -> SearchStrategy[Event]:
    """Objects of these keys; a tuple of values is one of them."""
    return st.fixed_dictionaries(_values(required), optional=_values(optional or {}))


def _values(keys: dict[str, Any]) -> Fields:
    return {key: st.sampled_from(values) if isinstance(values, tuple) else values for key, values in keys.items()}


def _together(*parts: SearchStrategy[Event]) -> SearchStrategy[Event]:
    return st.tuples(*parts).map(lambda drawn: {key: value for part in drawn for key, value in part.items()})


def _one(event: SearchStrategy[Event]) -> SearchStrategy[list[Event]]:
    return event.map(lambda drawn: [drawn])


def _one_by_one(*parts: SearchStrategy[list[Event]]) -> SearchStrategy[list[Event]]:
    return st.tuples(*parts).map(lambda drawn: [event for part in drawn for event in part])
