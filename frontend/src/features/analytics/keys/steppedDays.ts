import {
  addDays,
  countDays,
  endOfMonth,
  periodsOn,
  startOfMonth,
  startOfWeek,
  type Days,
  type PeriodName,
} from "../../../lib/dates/days";

type Chosen = Days & { period: PeriodName | null };

/** The days that there may be messages of. */
export type Bounds = { firstDay: string; lastDay: string };

/** The periods that days are named by, where they are the same. */
const NAMES = {
  weeks: ["thisWeek", "lastWeek"],
  months: ["thisMonth", "lastMonth", "thisYear"],
  days: ["today", "yesterday", "last7", "last30", "last90"],
} as const satisfies Record<string, PeriodName[]>;

/** Count the calendar months of a range; undefined unless it consists of whole ones, or of the current one until today. */
function countMonths({ from, to, period }: Chosen): number | undefined {
  if (period === "thisYear") return 12;
  const isWhole = period === "thisMonth" || to === endOfMonth(to);
  if (from !== startOfMonth(from) || !isWhole) return undefined;
  return (
    12 * (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1
  );
}

/** Return the range that is one step (1 or -1) away, of calendar weeks or months where the range is, else as long. */
function step(chosen: Chosen, direction: 1 | -1): { days: Days; unit: keyof typeof NAMES } {
  const { from, to, period } = chosen;
  if (period === "thisWeek" || period === "lastWeek") {
    const monday = addDays(startOfWeek(from), 7 * direction);
    return { days: { from: monday, to: addDays(monday, 6) }, unit: "weeks" };
  }
  const months = countMonths(chosen);
  if (months !== undefined) {
    const first = startOfMonth(from, months * direction);
    return { days: { from: first, to: endOfMonth(startOfMonth(first, months - 1)) }, unit: "months" };
  }
  const length = countDays(chosen) * direction;
  return { days: { from: addDays(from, length), to: addDays(to, length) }, unit: "days" };
}

/**
 * Return the period before (-1) or after (1) another, by its own length; undefined where there are no days any more. What
 * is a named period seen from today is named again, so that it goes on moving with the calendar.
 */
export function steppedDays(
  chosen: Chosen,
  direction: 1 | -1,
  today: string,
  { firstDay, lastDay }: Bounds,
): Chosen | undefined {
  const { days, unit } = step(chosen, direction);
  const from = days.from < firstDay ? firstDay : days.from;
  const to = days.to > lastDay ? lastDay : days.to;
  if (from > to) return undefined;
  const periods = periodsOn(today);
  const period = NAMES[unit].find((name) => periods[name].from === from && periods[name].to === to) ?? null;
  return { from, to, period };
}
