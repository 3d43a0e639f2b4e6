import type { Comparison, ViewQuery } from "../../../api/generated/operations";
import { addDays, endOfMonth, endOfWeek, type Days } from "../../../lib/dates/days";
import type { Filters } from "../filters/filters";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

/** The earlier period of a view, as the API answers it. */
export type Earlier = NonNullable<Numbers["previousPeriod"]>;

const ROLLING = /^last\d/; // the names of periods that are a number of days

/**
 * Return the earlier days that a view is compared with; null without a comparison.
 *
 * Periods of the calendar are compared with the one before, also those of fixed dates and those that still run: a link
 * with fixed dates shows what its sender saw. Days that roll on are compared with as many days before: their earlier
 * period ends with a day. One that ends at this hour takes longer, since the day's messages are read.
 */
export function comparisonOf({ compare, ...view }: Filters): Comparison | null {
  if (compare === "none") return null;
  if (compare === "year") return "SAME_PERIOD_LAST_YEAR";
  return isCalendarPeriod(view) ? "PERIOD_BEFORE" : "DAYS_BEFORE";
}

function isCalendarPeriod({ period, from, to }: Pick<Filters, "period" | keyof Days>): boolean {
  if (period) return !ROLLING.test(period);
  const isMonths = from.endsWith("-01") && (endOfMonth(to) === to || to <= endOfMonth(from)); // quarters, too
  const isYear = from.endsWith("-01-01") && from.slice(0, 4) === to.slice(0, 4);
  const isMonday = endOfWeek(addDays(from, -1)) === addDays(from, -1);
  const isWeeks = isMonday && (endOfWeek(to) === to || to <= endOfWeek(from));
  return from === to || isMonths || isYear || isWeeks;
}

/** Return the earlier period if numbers can be compared with it: the data does not begin in its middle. */
export function comparableWith({ previousPeriod }: Numbers): Earlier | undefined {
  return previousPeriod?.coverage.complete ? previousPeriod : undefined;
}
