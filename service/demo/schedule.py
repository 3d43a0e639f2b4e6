"""The days of the demo's history: the number of messages of each, and their times of the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from service.demo.directory import TIME_ZONE

HISTORY_DAYS = 396
MINUTE, HOUR, DAY = 60, 3_600, 86_400

# Sends by weekday, Monday first, and by local hour; nobody sends at night.
WEEKDAYS = (1.3, 1.15, 1.1, 1.05, 0.95, 0.35, 0.1)
HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 30, 80, 100, 98, 85, 50, 42, 72, 88, 84, 62, 30, 12, 4, 0, 0)
HOLIDAY_SHARE = 0.12
HOLIDAYS = {
    1: (1,),
    5: (1, 21),
    6: (21, 29),
    7: (16,),
    8: (15,),
    9: (18, 19),
    10: (12, 31),
    11: (1,),
    12: (8, 25),
}
GOOD_FRIDAYS = {
    2024: (3, 29),
    2025: (4, 18),
    2026: (4, 3),
    2027: (3, 26),
    2028: (4, 14),
    2029: (3, 30),
    2030: (4, 19),
}


@dataclass(frozen=True)
class Day:
    """A local day; `midnight` and the times counted from it are Unix seconds."""

    index: int
    midnight: int
    zone: timezone
    minutes: list[float]  # cumulative weight of each minute a message may be sent in
    count: int

    @property
    def progress(self) -> float:
        return self.index / (HISTORY_DAYS - 1)


def days(rng: Random, messages: int, until: datetime) -> Iterator[Day]:
    """Yield the days of the history, with the messages distributed by growth, weekday and holiday."""
    zone = ZoneInfo(TIME_ZONE)
    last = until.astimezone(zone).date()
    dates = [last - timedelta(days=back) for back in reversed(range(HISTORY_DAYS))]
    minutes = list(accumulate(_minute_weight(minute) for minute in range(DAY // MINUTE)))
    past = minutes[: max(int(until.timestamp() - _midnight(last, zone)) // MINUTE, 0)]
    weights = [_day_weight(day, index) * rng.uniform(0.9, 1.1) for index, day in enumerate(dates)]
    weights[-1] *= past[-1] / minutes[-1] if past else 0
    edges = list(accumulate(weights, initial=0.0))
    dealt = [round(messages * edge / edges[-1]) for edge in edges]
    for index, day in enumerate(dates):
        allowed = past if day == last else minutes
        count = dealt[index + 1] - dealt[index]
        yield Day(index, _midnight(day, zone), _offset(day, zone), allowed, count)


def _midnight(day: date, zone: tzinfo) -> int:
    """Return the instant twelve hours before noon: in Santiago there is no midnight when summer time begins."""
    return int(datetime.combine(day, time(12), zone).timestamp()) - 12 * HOUR


def _offset(day: date, zone: tzinfo) -> timezone:
    """Return noon's offset from UTC, used for the whole day: the instants stay right, and converting is cheap."""
    return timezone(datetime.combine(day, time(12), zone).utcoffset() or timedelta())


def _minute_weight(minute: int) -> float:
    hour, part = divmod(minute, 60)
    return HOURS[hour] + (HOURS[(hour + 1) % 24] - HOURS[hour]) * part / 60


def _day_weight(day: date, index: int) -> float:
    growth = 0.65 + 0.7 * index / HISTORY_DAYS
    return growth * WEEKDAYS[day.weekday()] * (HOLIDAY_SHARE if is_holiday(day) else 1)


def is_holiday(day: date) -> bool:
    """Return True on a holiday."""
    fixed = day.day in HOLIDAYS.get(day.month, ())
    return fixed or (day.month, day.day) == GOOD_FRIDAYS.get(day.year)


def next_waking_time(day: Day, at: float, chance: float) -> float:
    """Return the same moment; for one in the night mostly one of the next morning."""
    second = (at - day.midnight) % DAY
    if second > 7 * HOUR or chance < 0.12:
        return at
    return at - second + (7 + 3 * chance) * HOUR


def seconds(day: Day, at: float) -> str:
    """Format an instant in whole seconds, the precision of WhatsApp's times."""
    return datetime.fromtimestamp(int(at), day.zone).isoformat()


def milliseconds(day: Day, at: float) -> str:
    return datetime.fromtimestamp(at, day.zone).isoformat(timespec="milliseconds")
