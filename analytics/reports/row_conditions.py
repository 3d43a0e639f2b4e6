"""The conditions of the message rows, and of the rollups' rows, that a specification selects."""

from collections.abc import Collection, Iterator
from typing import TypeVar

from sqlalchemy import BigInteger, ColumnElement, Table, and_, case, func, literal, not_, or_

from analytics.domain.measures.time_buckets import EPOCH_HOUR_OF_WEEK, HOURS_OF_WEEK
from analytics.domain.message_conditions import NAMED_WORDS, POSSIBLE_STATES, MessageConditions, ReplyKind, State
from analytics.domain.query_spec import QuerySpec
from analytics.domain.templates import NAMED_CATEGORIES, Category, TemplateMatch
from analytics.domain.text import WAMID
from analytics.domain.time_zones import DAY, HOUR, LAST_INSTANT, SECOND, Zone
from analytics.domain.whatsapp_errors import NO_CODE
from analytics.storage.dialects import in_list, in_spans
from analytics.storage.tables import messages

LONGEST_REPLY_TIME = 2 * 366 * DAY

# What people write between the digits of a phone.
BETWEEN_DIGITS = str.maketrans("", "", " +-().")
# The last character of all: what begins with a text is less than the text and this.
LAST_CHARACTER = chr(0x10FFFF)

Resolved = TypeVar("Resolved")


def filters(spec: QuerySpec) -> list[ColumnElement[bool]]:
    """Return the conditions of the message rows that a specification selects."""
    return sent_between(spec, spec.starts_at, spec.ends_at)


def sent_between(spec: QuerySpec, since: int, until: int) -> list[ColumnElement[bool]]:
    """Return the conditions of a specification's message rows sent in [since, until)."""
    return [
        messages.c.tenant_id == spec.tenant_id,
        messages.c.sent_at >= since,
        messages.c.sent_at < until,
        *dimension_conditions(spec, messages),
        *template_conditions(spec),
        *(() if spec.where is None else where_conditions(spec, spec.where)),
    ]


def dimension_conditions(spec: QuerySpec, table: Table) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a specification's dimensions, for message rows or a rollup."""
    for dimension, ids in spec.filtered():
        among = in_list(table.c[dimension.column], ids)
        yield ~among if dimension.excluded else among


def own_category_in(categories: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a message's own category is one of some; of OTHER, any word that has no name here."""
    word = messages.c.template_category
    named = in_list(word, [category for category in NAMED_CATEGORIES if category in categories])
    return or_(named, not_(in_list(word, NAMED_CATEGORIES))) if Category.OTHER in categories else named


def template_in(match: TemplateMatch) -> ColumnElement[bool]:
    """Return the condition that a message's template had a property when the message was sent."""
    conditions = [in_list(messages.c.template_id, match.always)]
    if match.spans:
        conditions.append(in_spans(messages.c.template_id, messages.c.sent_at, match.spans))
    if match.known_ids is not None:
        conditions.append(not_(in_list(messages.c.template_id, match.known_ids)))
    return or_(*conditions)


def has_own_category() -> ColumnElement[bool]:
    """Return the condition that a message has a category of its own: an empty word is none."""
    return func.coalesce(messages.c.template_category, "") != ""


def category_in(categories: Collection[str], match: TemplateMatch) -> ColumnElement[bool]:
    """Return the condition that a message was sent under one of some categories, which `match` has the templates of."""
    stated = has_own_category()
    return or_(and_(stated, own_category_in(categories)), and_(not_(stated), template_in(match)))


def template_conditions(spec: QuerySpec) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a specification's categories and languages, which must have been resolved."""
    if spec.categories is not None:
        yield category_in(spec.categories, _resolved(spec.category_match))
    if spec.languages is not None:
        yield template_in(_resolved(spec.language_match))


def _resolved(templates: Resolved | None) -> Resolved:
    if templates is None:
        raise AssertionError("the templates of a specification were not resolved")
    return templates


def category_of(spec: QuerySpec) -> ColumnElement[str]:
    """Return the category under which a message was sent. The specification's groups must have been resolved."""
    groups = zip(NAMED_CATEGORIES, _resolved(spec.category_groups), strict=True)
    return case(*((category_in([name], match), literal(name)) for name, match in groups), else_=literal(Category.OTHER))


def offset(column: ColumnElement[int], zone: Zone, low: int, high: int) -> ColumnElement[int]:
    """Return the offset from UTC of an instant in [low, high): a CASE of the spans of constant offset."""
    *earlier, (_, _, last) = zone.offset_spans(low, high)
    if not earlier:
        return bound(last)
    return case(*((column < end, bound(value)) for _, end, value in earlier), else_=bound(last))


def bound(number: int) -> ColumnElement[int]:
    """Return an instant or a duration as a parameter."""
    return literal(number, BigInteger)


def where_conditions(spec: QuerySpec, where: MessageConditions) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that single messages of a specification are asked for."""
    if where.states != POSSIBLE_STATES:
        yield _in_states(where.states)
    if where.created_ticket is not None:
        yield messages.c.ticket_created.is_(where.created_ticket)
    if where.bounce_codes is not None:
        yield in_list(func.coalesce(messages.c.failed_code, NO_CODE), where.bounce_codes)
    if where.asks_for_time:
        yield in_list(_hour_of_week(spec), hours_of_week(where))
    if where.reply_kinds is not None:
        yield _of_kinds(where.reply_kinds)
    if where.button is not None:
        yield messages.c.reply_button == where.button
    if where.text is not None:
        yield _begins_with(where.text, phones=not spec.scope.masks_phones)


def hours_of_week(where: MessageConditions) -> list[int]:
    """Return the hours of the week, 0 is Monday's first, in which the reply may have come."""
    weekdays = range(1, 8) if where.reply_weekday is None else (where.reply_weekday,)
    hours = range(24) if where.reply_hour is None else (where.reply_hour,)
    return [(weekday - 1) * 24 + hour for weekday in weekdays for hour in hours]


def _in_states(states: frozenset[State]) -> ColumnElement[bool]:
    statuses = {status for status, _ in states}
    if states == {state for state in POSSIBLE_STATES if state[0] in statuses}:
        return messages.c.status.in_(sorted(statuses))
    return or_(
        *(
            and_(
                messages.c.reply_id.is_not(None) if replied else messages.c.reply_id.is_(None),
                messages.c.status.in_(sorted(status for status, has_reply in states if has_reply is replied)),
            )
            for replied in (False, True)
            if any(has_reply is replied for _, has_reply in states)
        )
    )


def _hour_of_week(spec: QuerySpec) -> ColumnElement[int]:
    """Return the hour of the week of the reply in its own local time, however late it came."""
    replied = messages.c.replied_at
    # Later than that no reply can be, whatever somebody's clock says; each clock change until then is a part of a CASE.
    latest = min(max(spec.ends_at, spec.now) + LONGEST_REPLY_TIME, LAST_INSTANT)
    # A reply may be of the same second as its message, and so a little earlier.
    moved = offset(replied, spec.zone, spec.starts_at - SECOND, latest)
    # A week more keeps it positive at the epoch west of Greenwich.
    return ((replied + moved) // bound(HOUR) + EPOCH_HOUR_OF_WEEK + HOURS_OF_WEEK) % HOURS_OF_WEEK


def _of_kinds(kinds: frozenset[ReplyKind]) -> ColumnElement[bool]:
    kind = func.coalesce(messages.c.reply_kind, "")
    named = in_list(kind, {word for of in kinds for word in of.words})
    return or_(named, ~in_list(kind, NAMED_WORDS)) if ReplyKind.OTHER in kinds else named


def _begins_with(text: str, *, phones: bool) -> ColumnElement[bool]:
    """Return the condition that a message's id, its ticket's key or its recipient's digits begin with a text.

    Without `phones` no digits are compared: whoever may search by them finds out those that a mask hides.
    """
    digits = text.translate(BETWEEN_DIGITS)
    is_phone = phones and digits.isascii() and digits.isdigit()
    of_id = _from(messages.c.id, text)
    return or_(
        of_id if phones else and_(of_id, not_(_from(messages.c.id, WAMID))),
        func.substr(messages.c.ticket_key, 1, len(text)) == text,
        *([_from(messages.c.contact_digits, digits)] if is_phone else []),
    )


def _from(key: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    """Return the condition that a key, which is compared by code points, begins with a text."""
    return and_(key >= beginning, key < beginning + LAST_CHARACTER)
