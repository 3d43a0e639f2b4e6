/** Calendar days as `2026-11-22`, and the periods that readers choose most. */

/** A range of days, both included. */
export type Days = { from: string; to: string };

export const PERIODS = [
  "today",
  "yesterday",
  "last7",
  "last30",
  "last90",
  "last12Months",
  "thisWeek",
  "lastWeek",
  "thisMonth",
  "lastMonth",
  "thisYear",
] as const;

export type PeriodName = (typeof PERIODS)[number];

const DAY = 86_400_000; // milliseconds

const toIso = (instant: Date): string => instant.toISOString().slice(0, 10);

export const addDays = (day: string, count: number): string => toIso(new Date(Date.parse(day) + count * DAY));

/** Return whether a text is a day that exists: February has no 31st. */
export const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;

/** Count the days of a range. */
export const countDays = ({ from, to }: Days): number => (Date.parse(to) - Date.parse(from)) / DAY + 1;

/** Return the Sunday of a day's week. */
export function endOfWeek(day: string): string {
  const weekday = new Date(Date.parse(day)).getUTCDay(); // 0 is Sunday
  return addDays(day, (7 - weekday) % 7);
}

/** Return the Monday of a day's week. */
export const startOfWeek = (day: string): string => addDays(endOfWeek(day), -6);

/** Return the first day of the month that is some months after a day's. */
export function startOfMonth(day: string, monthsLater = 0): string {
  const [year = 0, month = 0] = day.split("-").map(Number);
  return toIso(new Date(Date.UTC(year, month - 1 + monthsLater, 1)));
}

/** Return the last day of a day's month. */
export function endOfMonth(day: string): string {
  const [year = 0, month = 0] = day.split("-").map(Number);
  return toIso(new Date(Date.UTC(year, month, 0)));
}

/** Return the current calendar day in a time zone. */
export function currentDay(timeZone: string, now = new Date()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(now);
}

/** Return the days of each period, as seen on a day. */
export function periodsOn(today: string): Record<PeriodName, Days> {
  const firstOfMonth = startOfMonth(today);
  const lastOfPreviousMonth = addDays(firstOfMonth, -1);
  const monday = startOfWeek(today);
  const dayOfLastYear = `${Number(today.slice(0, 4)) - 1}${today.slice(4)}`;
  return {
    today: { from: today, to: today },
    yesterday: { from: addDays(today, -1), to: addDays(today, -1) },
    last7: { from: addDays(today, -6), to: today },
    last30: { from: addDays(today, -29), to: today },
    last90: { from: addDays(today, -89), to: today },
    // Of the 29th of February there is none last year: the day after the 28th is the first of March.
    last12Months: {
      from: isDay(dayOfLastYear) ? addDays(dayOfLastYear, 1) : startOfMonth(dayOfLastYear, 1),
      to: today,
    },
    thisWeek: { from: monday, to: today },
    lastWeek: { from: addDays(monday, -7), to: addDays(monday, -1) },
    thisMonth: { from: firstOfMonth, to: today },
    lastMonth: { from: startOfMonth(lastOfPreviousMonth), to: lastOfPreviousMonth },
    thisYear: { from: `${today.slice(0, 4)}-01-01`, to: today },
  };
}
