import type { Granularity, PointFragment } from "../../../api/generated/operations";
import type { Texts } from "../../../i18n/es";
import type { Formats } from "../../../i18n/formats";
import { endOfMonth, endOfWeek, type Days } from "../../../lib/dates/days";

/** A point of the series with its labels. */
export type Bucket = PointFragment & {
  /** The days or hour that it covers, with a note if it is partial. */
  title: string;
  /** Its name on the axis. */
  axisLabel: string;
  /** The last of its days; the first is `on`. */
  lastDay: string;
  /** True if the axis has room for its name. */
  isLabeled: boolean;
  /** True if some of its time is outside the period, or still to come. */
  isPartial: boolean;
};

type Input = {
  points: PointFragment[];
  granularity: Granularity;
  days: Days;
  today: string;
  t: Texts;
  format: Formats;
};

type EarlierInput = Omit<Input, "days"> & {
  earlier: { period: Days; coverage: { comparedUntil: string | null } };
};

const MAX_LABELS = 12; // on the axis of days, weeks or months
const HOUR = 3_600_000; // milliseconds

/** Return the days from one point to another, as far as they belong to the period. */
export function daysBetween(buckets: Bucket[], first: number, last: number, days: Days): Days {
  const [from, to] = [buckets[first]?.on ?? days.from, buckets[last]?.lastDay ?? days.to];
  return { from: from > days.from ? from : days.from, to };
}

/** Label the points of a series. */
export function toBuckets({ points, granularity, days, today, t, format }: Input): Bucket[] {
  const labelStep = hoursBetweenLabels(points.length);
  const pointStep = Math.ceil(points.length / MAX_LABELS);
  return points.map((point, index) => {
    const time = point.startsAt.slice(11, 16);
    const lastDay = { HOUR: point.on, DAY: point.on, WEEK: endOfWeek(point.on), MONTH: endOfMonth(point.on) }[
      granularity
    ];
    const isPartial =
      granularity === "HOUR"
        ? isCurrentHour(point.startsAt)
        : !isWholeFrom(point.on, granularity) || lastDay > days.to || (point.on <= today && today <= lastDay);
    const covered = {
      HOUR: `${format.dayOfWeek(point.on)} ${time}`,
      DAY: format.dayOfWeek(point.on),
      WEEK: format.days(point.on, lastDay < days.to ? lastDay : days.to),
      MONTH: format.month(point.on),
    }[granularity];
    const axisLabel = {
      HOUR: time === "00:00" ? format.shortDay(point.on) : time,
      DAY: format.shortDay(point.on),
      WEEK: format.shortDay(point.on),
      MONTH: format.month(point.on),
    }[granularity];
    return {
      ...point,
      title: isPartial ? `${covered} (${t.charts.partial})` : covered,
      axisLabel,
      lastDay: lastDay < days.to ? lastDay : days.to,
      isLabeled:
        granularity === "HOUR"
          ? time.endsWith(":00") && Number(time.slice(0, 2)) % labelStep === 0
          : (points.length - 1 - index) % pointStep === 0, // the last has its name
      isPartial,
    };
  });
}

/** Label the points of an earlier period, as far as it is compared: it may end at this hour, in its last point. */
export function toEarlierBuckets({ points, earlier: { period, coverage }, today, ...input }: EarlierInput): Bucket[] {
  const until = coverage.comparedUntil && Date.parse(coverage.comparedUntil);
  const compared = until ? points.filter(({ startsAt }) => Date.parse(startsAt) < until) : points;
  return toBuckets({ ...input, points: compared, days: period, today: until ? period.to : today });
}

/** Return how far apart hours are named on the axis: a day has room for eight names, two days for as many. */
function hoursBetweenLabels(points: number): number {
  if (points <= 25) return 3; // a day, which has 25 hours when the clock goes back
  return points <= 49 ? 6 : 24;
}

/** Return whether a point that begins on a day begins with its week or month; the period may cut it. */
function isWholeFrom(day: string, granularity: Granularity): boolean {
  if (granularity === "WEEK") return new Date(Date.parse(day)).getUTCDay() === 1; // Monday
  return granularity !== "MONTH" || day.endsWith("-01");
}

function isCurrentHour(startsAt: string): boolean {
  const age = Date.now() - Date.parse(startsAt);
  return age >= 0 && age < HOUR;
}
