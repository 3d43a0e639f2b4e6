"""WhatsApp's webhooks about templates: category, status and quality."""

from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.ingest.events import TemplateNotice
from tests.analytics.ingest.formats.whatsapp_bodies import AT, SECONDS, body, events

NAMED = {"message_template_id": 1689, "message_template_name": "pago", "message_template_language": "es-CL"}
OF_IT: dict[str, Any] = {"at": AT, "meta_id": "1689", "name": "pago", "language": "es_CL"}
STATUS, QUALITY, CATEGORY = (
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
)


def notice(field: str, **said: Any) -> TemplateNotice:
    """The notice that a webhook is read as."""
    [event] = events(body(NAMED | said, field=field))
    assert isinstance(event, TemplateNotice)
    return event


def test_a_quality_update_has_the_score_before_it() -> None:
    told = notice(QUALITY, previous_quality_score="GREEN", new_quality_score="yellow")
    assert told == TemplateNotice(**OF_IT, quality="YELLOW", previous_quality="GREEN")


def test_an_announced_category_is_not_the_one_that_the_template_has() -> None:
    announced = {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": SECONDS}
    told = TemplateNotice(**OF_IT, category="UTILITY", announced_category="MARKETING", announced_for=AT)
    assert notice(CATEGORY, **announced) == told
    assert notice(CATEGORY, **announced | {"category_update_timestamp": int(SECONDS)}) == told
    done = notice(CATEGORY, previous_category="UTILITY", new_category="MARKETING")
    assert done == TemplateNotice(**OF_IT, category="MARKETING", previous_category="UTILITY")


def test_a_pause_has_a_title_and_no_reason() -> None:
    paused = notice(STATUS, event="PAUSED", reason="NONE", other_info={"title": "FIRST_PAUSE", "description": "…"})
    assert paused == TemplateNotice(**OF_IT, status="PAUSED", title="FIRST_PAUSE")
    assert notice(STATUS, event="PENDING_DELETION", reason=None) == TemplateNotice(**OF_IT, status="PENDING_DELETION")


def test_a_rejection_has_a_reason_and_a_disabling_a_time() -> None:
    rejected = notice(STATUS, event="REJECTED", reason="INVALID_FORMAT", rejection_info={"reason": "long", "x": 1})
    assert rejected == TemplateNotice(**OF_IT, status="REJECTED", reason="INVALID_FORMAT")
    disabled = notice(STATUS, event="DISABLED", disable_info={"disable_date": SECONDS}, message_template_category="X")
    assert disabled == TemplateNotice(**OF_IT, status="DISABLED", disabled_at=AT, category="X")


@pytest.mark.parametrize(
    "odd",
    [
        {"reason": {"no": "word"}, "event": "NEWS"},
        {"other_info": "a text", "event": "NEWS"},
        {"other_info": {"title": 7.5}, "event": "NEWS"},
        {"disable_info": {"disable_date": "soon"}, "event": "NEWS"},
        {"disable_info": {"disable_date": 10**18}, "event": "news"},
        {"disable_info": {"disable_date": -(10**9)}, "event": "NEWS"},
        {"disable_info": ["x"], "event": " NEWS "},
        {"category_update_timestamp": [], "event": "NEWS"},
        {"new_category": {"is": "no word"}, "event": "NEWS"},
    ],
)
def test_an_odd_word_does_not_lose_the_rest(odd: dict[str, Any]) -> None:
    assert notice(STATUS, **odd) == TemplateNotice(**OF_IT, status="NEWS")


def test_words_are_not_stored_at_any_length() -> None:
    assert notice(QUALITY, new_quality_score="x" * 10_000).quality == "X" * 64


def test_a_notice_has_the_time_of_its_entry() -> None:
    [event] = events(body(NAMED | {"event": "PAUSED"}, field=STATUS, time=0))
    assert event.at == datetime(1970, 1, 1, tzinfo=UTC)
