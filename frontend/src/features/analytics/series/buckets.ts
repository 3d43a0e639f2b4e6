import type { Granularity, PointFragment } from "../../../api/generated/operations";
import type { Texts } from "../../../i18n/es";
import type { Formats } from "../../../i18n/formats";
import { endOfMonth, endOfWeek, shifted, type Days } from "../../../lib/days";

/** A point of the series as it is shown. */
export type Bucket = PointFragment & {
  /** What it spans, and whether that is only a part. */
  title: string;
  /** On the axis. */
  short: string;
  /** Whether the axis may name it. */
  labelled: boolean;
  /** Whether it lacks days: of before or after the period, or that are still to come. */
  partial: boolean;
};

type Showing = { points: PointFragment[]; granularity: Granularity; days: Days; on: string; t: Texts; f: Formats };

const HOUR = 3_600_000; // milliseconds

/** The points of a series with what they span. `on` is the day it is. */
export function bucketsOf({ points, granularity, days, on, t, f }: Showing): Bucket[] {
  const every = points.length <= 25 ? 3 : points.length <= 49 ? 6 : 24; // hours between names on the axis
  return points.map((point) => {
    const hour = point.startsAt.slice(11, 16);
    const midnight = hour === "00:00";
    const end = { HOUR: point.on, DAY: point.on, WEEK: endOfWeek(point.on), MONTH: endOfMonth(point.on) }[granularity];
    const begins = { HOUR: true, DAY: true, WEEK: isMonday(point.on), MONTH: point.on.endsWith("-01") }[granularity];
    const partial =
      granularity === "HOUR" ? isNow(point.startsAt) : !begins || end > days.to || (point.on <= on && on <= end);
    const last = end < days.to ? end : days.to;
    const span = {
      HOUR: `${f.day(point.on)} ${hour}`,
      DAY: f.day(point.on),
      WEEK: f.days(point.on, last),
      MONTH: f.month(point.on),
    }[granularity];
    const short = {
      HOUR: midnight ? f.shortDay(point.on) : hour,
      DAY: f.shortDay(point.on),
      WEEK: f.shortDay(point.on),
      MONTH: f.month(point.on),
    }[granularity];
    return {
      ...point,
      title: partial ? `${span} (${t.charts.partial})` : span,
      short,
      labelled: granularity !== "HOUR" || (hour.endsWith(":00") && Number(hour.slice(0, 2)) % every === 0),
      partial,
    };
  });
}

const isMonday = (day: string): boolean => endOfWeek(day) === shifted(day, 6);

function isNow(startsAt: string): boolean {
  const age = Date.now() - Date.parse(startsAt);
  return age >= 0 && age < HOUR;
}
