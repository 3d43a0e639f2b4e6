/** Numbers, dates and times as a language writes them. A rate that is null is a dash: nothing could be counted. */
export type Formats = ReturnType<typeof formats>;

const NOTHING = "–";
const LEAST = 0.001; // the least rate that is written

/** A calendar day (`2026-11-22`) as an instant that Intl in UTC shows as that day. */
const noon = (day: string): Date => new Date(`${day}T12:00:00Z`);

const FEW = 10; // of a unit; with more of it the next smaller one says nothing

/** As the clock has it, in its two largest units: 2 h 22 min. */
function duration(locale: string): (seconds: number) => string {
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
    ["second", 1],
  ] as const;
  const amount = (n: number, unit: string) =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 }).format(n);
  return (seconds) => {
    // Rounded first: 59.6 minutes are an hour, not 60 minutes.
    const fine = units.find(([, size]) => seconds >= size * FEW)?.[1] ?? 1;
    const whole = Math.round(seconds / fine) * fine;
    const at = units.findIndex(([, size]) => whole >= size);
    const [unit, size] = units[at] ?? units[3];
    const [smaller, step] = units[at + 1] ?? units[3];
    const left = size === 1 ? 0 : Math.floor((whole % size) / step);
    const parts = [amount(Math.floor(whole / size), unit), ...(left > 0 ? [amount(left, smaller)] : [])];
    return parts.join(" ");
  };
}

export function formats(locale: string) {
  const whole = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const wholePercent = new Intl.NumberFormat(locale, { style: "percent" });
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const longWeekday = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  const megabytes = new Intl.NumberFormat(locale, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
  const kilobytes = new Intl.NumberFormat(locale, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  const seconds = duration(locale);
  return {
    count: (n: number) => whole.format(n),
    compact: (n: number) => compact.format(n),
    /** What there is little of is not nothing. */
    rate: (rate: number | null) =>
      rate === null ? NOTHING : rate > 0 && rate < LEAST / 2 ? `<${percent.format(LEAST)}` : percent.format(rate),
    /** A rate on an axis. */
    wholeRate: (rate: number) => wholePercent.format(rate),
    seconds: (n: number | null) => (n === null ? NOTHING : seconds(n)),
    day: (iso: string) => day.format(noon(iso)),
    shortDay: (iso: string) => shortDay.format(noon(iso)),
    month: (iso: string) => month.format(noon(iso)),
    days: (from: string, to: string) => (from === to ? day.format(noon(from)) : day.formatRange(noon(from), noon(to))),
    /** 1 is Monday, 7 Sunday. The first of January 2024 was a Monday. */
    weekday: (n: number) => weekday.format(new Date(Date.UTC(2024, 0, n))),
    longWeekday: (n: number) => longWeekday.format(new Date(Date.UTC(2024, 0, n))),
    hour: (n: number) => `${String(n).padStart(2, "0")}:00`,
    time: (at: Date, timeZone: string) =>
      new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(at),
    instant: (iso: string, timeZone: string) =>
      new Intl.DateTimeFormat(locale, {
        day: "numeric",
        month: "short",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
        timeZone,
      }).format(new Date(iso)),
    instantDay: (iso: string, timeZone: string) =>
      new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", timeZone }).format(new Date(iso)),
    bytes: (n: number) => (n < 1_000_000 ? kilobytes.format(Math.max(n / 1_000, 1)) : megabytes.format(n / 1_000_000)),
    list: (names: string[]) => list.format(names),
  };
}
