"""The demo's template in trouble, as WhatsApp would tell it, and a note of a holiday."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.annotations import requests
from analytics.annotations.requests import AnnotationRequest
from analytics.domain.time_zones import to_micros
from analytics.ingest.batch import apply_events
from analytics.ingest.formats.whatsapp import read_body
from analytics.reports.access import load_viewer
from analytics.storage.database import Database
from service.demo.directory import PEOPLE, TEMPLATES, TIME_ZONE, meta_id
from service.demo.events import DEMO_TENANT, identity_of
from service.demo.schedule import is_holiday

TROUBLED = "t03"
RECATEGORIZED = "t12"


async def add_health(database: Database, until: datetime) -> None:
    """Apply the notices of the weeks before `until`, and write the note."""
    events = [event for body in webhooks(until) for _, event in read_body(body) if not isinstance(event, Exception)]
    await apply_events(database, DEMO_TENANT, events, to_micros(until))
    async with database.write() as writer:
        viewer = await load_viewer(writer, identity_of(PEOPLE[0]), False)
        holiday = last_holiday(until)
        await requests.create(writer, viewer, AnnotationRequest(holiday, holiday, "Feriado", None), to_micros(until))


def webhooks(until: datetime) -> Iterator[dict[str, Any]]:
    """Yield bodies about templates: one whose quality fell until it was paused, one with another category to come."""
    noon = until.astimezone(ZoneInfo(TIME_ZONE)).replace(hour=12, minute=0, second=0, microsecond=0)
    status, quality = "message_template_status_update", "message_template_quality_update"
    fell = noon - timedelta(days=9)
    yield _webhook(fell, quality, TROUBLED, previous_quality_score="GREEN", new_quality_score="YELLOW")
    paused = noon - timedelta(days=6) + timedelta(hours=2, minutes=2)
    yield _webhook(
        paused - timedelta(minutes=4), quality, TROUBLED, previous_quality_score="YELLOW", new_quality_score="RED"
    )
    first, over = {"title": "FIRST_PAUSE"}, {"title": "UNPAUSE"}
    yield _webhook(paused, status, TROUBLED, event="PAUSED", reason="NONE", other_info=first)
    yield _webhook(paused + timedelta(hours=3), status, TROUBLED, event="APPROVED", reason="NONE", other_info=over)
    second = noon - timedelta(days=2)
    yield _webhook(second, status, TROUBLED, event="PAUSED", reason="NONE", other_info={"title": "SECOND_PAUSE"})
    yield _webhook(second + timedelta(hours=6), status, TROUBLED, event="APPROVED", reason="NONE", other_info=over)
    yield _webhook(
        noon - timedelta(days=1),
        "template_category_update",
        RECATEGORIZED,
        new_category="MARKETING",
        correct_category="UTILITY",
        category_update_timestamp=int(noon.timestamp()),
    )


def last_holiday(until: datetime) -> date:
    """Return the last holiday before the day of `until`."""
    day = until.astimezone(ZoneInfo(TIME_ZONE)).date() - timedelta(days=1)
    while not is_holiday(day):
        day -= timedelta(days=1)
    return day


def _webhook(at: datetime, field: str, template: str, **value: Any) -> dict[str, Any]:
    name = next(each.name for each in TEMPLATES if each.id == template)
    named = {
        "message_template_id": int(meta_id(template)),
        "message_template_name": name,
        "message_template_language": "es-CL",
    }
    change = {"field": field, "value": named | value}
    entry = {"id": "102290129340398", "time": int(at.timestamp()), "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}
