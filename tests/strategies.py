"""Small sets of events that collide as often as possible: few ids, few instants, keys often absent."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle import Filter

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
META_IDS = ("900001", "900002")
TEMPLATE_NAMES = ("saludo", "aviso")
LANGUAGES = ("es_CL", "es")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
TICKETS = ("9001", "9002")
REPLY_IDS = ("r1", "r2", "r3")
REPLY_WAMIDS = ("wamid.in1", "wamid.in2")
# The second is the first and the third, which are not each other: sameness is pairwise.
CONTACTS = (
    {"phone": "+56 9 1111 1111"},
    {"phone": "+56911111111", "id": "CL.1"},
    {"id": "CL.1"},
    {"phone": "56922222222", "id": "CL.2"},
    {"phone": "+56922222222"},
)
STATUSES = ("accepted", "sent", "delivered", "read", "read", "failed", "deleted", "warning", "played")
CODES = (131026, 131047, 470)
REPLY_KINDS = (
    "text",
    "text",
    "button",
    "interactive",
    "media",
    "unsupported",
    "reaction",
    "revoke",
    "edit",
    "system",
)
TEXTS = ("Sí, gracias", "", "no", "nul\x00", "lone\ud800", "😀")
NAMES = ("Ana Díaz", "ana diaz", "Zoë", "\U0001f600", "\uff5e")  # the last two sort otherwise in UTF-16


def events(night: datetime | None = None, *, notices: bool = False) -> SearchStrategy[list[Event]]:
    """Events around one clock change (either of `NIGHTS` unless named), with `template.notice`s if asked."""
    nights = st.sampled_from(NIGHTS) if night is None else st.just(night)
    return nights.flatmap(lambda chosen: _sets(_times(chosen), notices=notices))


def orderings(events: list[Event]) -> SearchStrategy[list[Event]]:
    """The same set: any order, some events repeated."""
    if not events:
        return st.just([])
    repeated = st.lists(st.sampled_from(events), max_size=4)
    return repeated.flatmap(lambda again: st.permutations([*events, *again]))


def filters(night: datetime | None = None) -> SearchStrategy[Filter]:
    """Filters of up to ten days around one clock change, with empty sets, unknown ids and other zones."""
    firsts = st.sampled_from(NIGHTS if night is None else (night,)).flatmap(_days)
    return st.builds(
        lambda first, length, rest: Filter(first, first + timedelta(days=length), **rest),
        firsts,
        st.integers(0, 9),
        st.fixed_dictionaries(
            {},
            optional={
                "time_zone": st.none() | st.sampled_from(ZONES),
                "templates": _ids(TEMPLATES),
                "accounts": _ids(ACCOUNTS),
                "departments": _ids(DEPARTMENTS),
                "agents": _ids(AGENTS),
            },
        ),
    )


def cases(*, notices: bool = False) -> SearchStrategy[tuple[list[Event], Filter]]:
    """Events and a filter around the same night, so that the filter seldom misses them all."""
    nights = st.sampled_from(NIGHTS)
    return nights.flatmap(lambda night: st.tuples(events(night, notices=notices), filters(night)))


def _days(night: datetime) -> SearchStrategy[date]:
    return st.integers(-3, 3).map(lambda days: night.date() + timedelta(days=days))


def _ids(known: tuple[str, ...]) -> SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from((*known, "unknown")))


def _times(night: datetime) -> SearchStrategy[str]:
    """RFC 3339 texts of few instants, one instant written with several offsets."""
    return st.builds(
        lambda seconds, zone: (night + timedelta(seconds=seconds)).astimezone(zone).isoformat(),
        st.sampled_from(OFFSETS),
        st.sampled_from(WRITTEN_IN),
    ).map(lambda text: text.replace("+00:00", "Z"))


def _sets(times: SearchStrategy[str], *, notices: bool) -> SearchStrategy[list[Event]]:
    kinds = [_upsert(times, kind) for kind in ("department", "agent", "account", "account", "template")]
    rest = st.one_of(*kinds, _tenant(times), _member(times), *([_notice(times)] if notices else []))
    parts = st.lists(_send(times)), st.lists(_status(times)), st.lists(_reply(times)), st.lists(rest)
    return st.tuples(*parts).map(lambda drawn: [event for part in drawn for event in part])


def _send(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    """Few ids make most repeats corrections: with a later, an equal or no `updated_at`."""
    ticket = _keys({"id": TICKETS}, {"key": ("DESK-1", "DESK-2"), "created": (True, False)})
    message = _keys(
        {
            "id": MESSAGES,
            "account_id": ACCOUNTS,
            "department_id": DEPARTMENTS,
            "agent_id": AGENTS,
            "template_id": TEMPLATES,
            "contact": CONTACTS,
        },
        {"wamid": WAMIDS, "template_category": CATEGORIES, "ticket": ticket},
    )
    return _described("message.sent", times, message=message)


def _status(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    message = _keys({"message_id": MESSAGES}, {"wamid": WAMIDS})
    by_account = _keys({"wamid": WAMIDS, "account_id": ACCOUNTS}, {"phone_number_id": PHONE_NUMBER_IDS})
    by_number = _keys({"wamid": WAMIDS, "phone_number_id": PHONE_NUMBER_IDS})
    error = _keys({"code": CODES}, {"title": ("Message undeliverable",)})
    failed = _keys({"status": ("failed",)}, {"error": error})
    return _together(
        _keys({"type": ("message.status",), "at": times}),
        message | by_account | by_number,
        _keys({"status": STATUSES}) | failed,
    )


def _reply(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    """The platform's event, and the webhook's copy: no ticket, no id but the wamid, the account by number."""
    said = _keys({"kind": REPLY_KINDS, "contact": CONTACTS}, {"in_reply_to": WAMIDS, "text": TEXTS}).map(
        lambda reply: {key: reply[key] for key in reply if key != "text" or reply["kind"] != "unsupported"}
    )
    platform = _keys({"id": REPLY_IDS, "account_id": ACCOUNTS}, {"ticket_id": TICKETS, "wamid": REPLY_WAMIDS})
    webhook = _keys({"wamid": REPLY_WAMIDS, "phone_number_id": PHONE_NUMBER_IDS})
    reply = _together(platform, said) | _together(webhook, said)
    return _keys({"type": ("message.reply",), "at": times, "reply": reply})


def _tenant(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    settings = _keys({}, {"time_zone": ZONES, "name": NAMES, "reply_window_days": st.integers(0, 30)})
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
    return _described(f"{kind}.upserted", times, **{kind: _keys({"id": ids[kind]}, optional[kind])})


def _notice(times: SearchStrategy[str]) -> SearchStrategy[Event]:
    """What a WhatsApp webhook says of a template's category; Meta always names it in full."""
    notice = {"meta_id": META_IDS, "name": TEMPLATE_NAMES, "language": LANGUAGES, "category": CATEGORIES}
    return _keys({"type": ("template.notice",), "at": times, **notice})


def _described(type: str, times: SearchStrategy[str], **body: SearchStrategy[Event]) -> SearchStrategy[Event]:
    return _keys({"type": (type,), "at": times, **body}, {"updated_at": times})


def _keys(required: dict[str, Any], optional: dict[str, Any] | None = None) -> SearchStrategy[Event]:
    """Objects of these keys; a tuple of values is one of them."""
    return st.fixed_dictionaries(_values(required), optional=_values(optional or {}))


def _values(keys: dict[str, Any]) -> Fields:
    return {key: st.sampled_from(values) if isinstance(values, tuple) else values for key, values in keys.items()}


def _together(*parts: SearchStrategy[Event]) -> SearchStrategy[Event]:
    return st.tuples(*parts).map(lambda drawn: {key: value for part in drawn for key, value in part.items()})
