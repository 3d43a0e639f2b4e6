"""Statements of events: cleaning, merging and versions of what they say."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.support.oracle.values import (
    CATEGORIES,
    LEAVES,
    Answer,
    Event,
    Fields,
    Name,
    T,
)


def clean(value: Any) -> Any:
    """§ A message and its states: U+0000 and lone surrogates become U+FFFD, in every text of an event."""
    if isinstance(value, str):
        return re.sub("[\x00\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, Mapping):
        return {key: clean(inner) for key, inner in value.items()}
    return value


def flatten(value: Event) -> Fields:
    """Nested keys as `contact.phone`; null for an object is null for each of its keys."""
    fields: Fields = {}
    for key, inner in value.items():
        nested = dict.fromkeys(LEAVES[key]) if inner is None and key in LEAVES else inner
        if isinstance(nested, Mapping):
            fields |= {f"{key}.{name}": leaf for name, leaf in flatten(nested).items()}
        else:
            fields[key] = nested
    return fields


def drop_nulls(fields: Fields) -> Fields:
    return {key: value for key, value in fields.items() if value is not None}


def merge_copies(copies: Iterable[Fields]) -> Fields:
    """§ A message and its states: of each key the greater value wins, and a value before null."""
    merged: Fields = {}
    for copy in copies:
        for key, value in copy.items():
            merged[key] = max(value, merged.get(key, value), key=lambda value: (value is not None, value))
    return merged


def fold_versions(statements: Iterable[tuple[datetime, Fields]]) -> list[tuple[datetime, Fields]]:
    """§ A message and its states: a version is all that was stated up to its time, key by key."""
    versions: list[tuple[datetime, Fields]] = []
    known: Fields = {}
    for at, said in statements:
        known = known | said
        versions.append((at, drop_nulls(known)))
    return versions


def in_force(time_line: list[tuple[datetime, T]], instant: datetime) -> T | None:
    """§ Names: the newest at or before the instant, else the oldest; of equally old ones the last."""
    return [held for at, held in time_line if at <= max(instant, time_line[0][0])][-1] if time_line else None


def is_notice_of(notice: Event, template: Fields, names: Mapping[str | None, int]) -> bool:
    """Events, WhatsApp webhooks: by Meta's id, else by name and language, else by a name that one template has."""
    both = {key for key in ("meta_id", "name", "language") if notice.get(key) and template.get(key)}
    same = {key for key in both if notice[key] == template[key]}
    if "meta_id" in both:
        return "meta_id" in same
    if {"name", "language"} <= both:
        return {"name", "language"} <= same
    return "name" in same and names[template["name"]] == 1


def known_category(word: str | None) -> str:
    """§ Names: OTHER when unknown."""
    category = (word or "").upper()
    return category if category in CATEGORIES else "OTHER"


def contact_names(fields: Fields, contact: str) -> frozenset[Name]:
    """§ Which message a reply answers: the digits of a phone, where there are 5 to 20 of them, and an id."""
    digits = "".join(re.findall("[0-9]", fields.get(f"{contact}.phone") or ""))
    names = {"phone": digits if 5 <= len(digits) <= 20 else None, "id": fields.get(f"{contact}.id")}
    return frozenset((kind, name) for kind, name in names.items() if name is not None)


def reply_text_of(copy: Fields) -> str | None:
    """§ Which message a reply answers: what a copy of a reply says, empty where it is `unsupported`."""
    return "" if copy["kind"] == "unsupported" else copy.get("text", copy.get("caption"))


def earliest(answers: Iterable[Answer]) -> Answer:
    """§ Which message a reply answers: a message's reply is its earliest (time, then id)."""
    return min(answers, key=lambda answer: (answer.reply.at, answer.reply.key))
