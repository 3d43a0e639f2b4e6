/** Calendar days as `2026-11-22`, and the periods one asks for most. */
export type Days = { from: string; to: string };

export const PERIODS = [
  "today",
  "yesterday",
  "last7",
  "last30",
  "last90",
  "thisMonth",
  "lastMonth",
  "thisYear",
] as const;

export type PeriodName = (typeof PERIODS)[number];

const MILLISECONDS = 86_400_000;

const iso = (at: Date): string => at.toISOString().slice(0, 10);

export const shifted = (day: string, by: number): string => iso(new Date(Date.parse(day) + by * MILLISECONDS));

/** Whether a text is a day that there is: February has no 31st. */
export const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && shifted(text, 0) === text;

/** How many days a range has, both ends included. */
export const length = ({ from, to }: Days): number => (Date.parse(to) - Date.parse(from)) / MILLISECONDS + 1;

/** The last day of the week (of Monday to Sunday) that a day is in. */
export function endOfWeek(day: string): string {
  const weekday = new Date(Date.parse(day)).getUTCDay(); // 0 is Sunday
  return shifted(day, (7 - weekday) % 7);
}

/** The last day of the month that a day is in. */
export function endOfMonth(day: string): string {
  const [year = 0, month = 0] = day.split("-").map(Number);
  return iso(new Date(Date.UTC(year, month, 0)));
}

/** The calendar day it is in a zone. */
export function today(timeZone: string, now = new Date()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(now);
}

/** The periods that end on a day, or before. */
export function periods(on: string): Record<PeriodName, Days> {
  const month = `${on.slice(0, 7)}-01`;
  const endOfLast = shifted(month, -1);
  return {
    today: { from: on, to: on },
    yesterday: { from: shifted(on, -1), to: shifted(on, -1) },
    last7: { from: shifted(on, -6), to: on },
    last30: { from: shifted(on, -29), to: on },
    last90: { from: shifted(on, -89), to: on },
    thisMonth: { from: month, to: on },
    lastMonth: { from: `${endOfLast.slice(0, 7)}-01`, to: endOfLast },
    thisYear: { from: `${on.slice(0, 4)}-01-01`, to: on },
  };
}
