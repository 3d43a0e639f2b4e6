/** Functions that write numbers, days and times in one language. */
export type Formats = ReturnType<typeof createFormats>;

const NO_VALUE = "–"; // a rate or time that cannot be computed, such as a share of nothing
const MIN_RATE = 0.001; // the smallest rate that one decimal can show
const MAX_COUNT_WITH_SUBUNIT = 10; // from ten hours on, minutes say nothing

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Return the instant that `Intl` in UTC shows as a calendar day (`2026-11-22`). */
const noonOf = (day: string): Date => new Date(`${day}T12:00:00Z`);

/** Create the function that writes seconds in their two largest units: `2 h 22 min`. */
function createDurationFormat(locale: string): (seconds: number) => string {
  const withUnit = (count: number, unit: string) =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 }).format(
      count,
    );
  return (seconds) => {
    // Rounded before it is split: 59.6 minutes are an hour, not 60 minutes.
    const precision = UNITS.find(([, size]) => seconds >= size * MAX_COUNT_WITH_SUBUNIT)?.[1] ?? 1;
    const rounded = Math.round(seconds / precision) * precision;
    const index = UNITS.findIndex(([, size]) => rounded >= size);
    const [unit, size] = UNITS[index] ?? UNITS[3];
    const [subunit, subunitSize] = UNITS[index + 1] ?? UNITS[3];
    const rest = size === 1 ? 0 : Math.floor((rounded % size) / subunitSize);
    const parts = [withUnit(Math.floor(rounded / size), unit), ...(rest > 0 ? [withUnit(rest, subunit)] : [])];
    return parts.join(" ");
  };
}

/** Write dates briefly: `29 oct – 27 nov 2026` instead of Spanish's `29 de oct al 27 de nov de 2026`. */
const briefly = (text: string): string =>
  text
    .replaceAll(" de ", " ")
    .replace(/\s+(?:al|–)\s+/u, " – ")
    .replace(/^(\p{Ll}{3,4}), /u, "$1 ");

/** Write a name as the first word of a line. */
const capitalize = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** Create the formats of a language. */
export function createFormats(locale: string) {
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const decimal = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const signs = { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" } as const;
  const signed = new Intl.NumberFormat(locale, signs);
  const wholePercent = new Intl.NumberFormat(locale, { style: "percent" });
  const roughChange = new Intl.NumberFormat(locale, { style: "percent", signDisplay: "exceptZero" });
  const change = new Intl.NumberFormat(locale, { ...signs, style: "percent" });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const dayOfWeek = new Intl.DateTimeFormat(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const longWeekday = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  const languages = new Intl.DisplayNames(locale, { type: "language" });
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  const megabytes = new Intl.NumberFormat(locale, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
  const kilobytes = new Intl.NumberFormat(locale, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  const duration = createDurationFormat(locale);
  return {
    count: (count: number) => number.format(count),
    /** Write a rate with one decimal; one that would round to nothing as `<0.1%`. */
    rate: (rate: number | null) => {
      if (rate === null) return NO_VALUE;
      return rate > 0 && rate < MIN_RATE / 2 ? `<${percent.format(MIN_RATE)}` : percent.format(rate);
    },
    /** Write a rate without decimals, as on an axis. */
    wholeRate: (rate: number) => wholePercent.format(rate),
    /** Write by how much a number has changed, of itself: `+8.9%`. */
    change: (ratio: number) => change.format(ratio),
    /** Write by about how much a time has changed, of itself: `≈ +10%`. */
    roughChange: (ratio: number) => `≈ ${roughChange.format(ratio)}`,
    /** Write a range of rates: `93.5–96.2%`. */
    rateRange: ([low, high]: [number, number]) => `${decimal.format(100 * low)}–${percent.format(high)}`,
    /** Write the difference of two rates in percentage points: `+2.1`. */
    points: (difference: number) => signed.format(100 * difference),
    duration: (seconds: number | null) => (seconds === null ? NO_VALUE : duration(seconds)),
    day: (iso: string) => briefly(day.format(noonOf(iso))),
    /** Write a day with its weekday. */
    dayOfWeek: (iso: string) => briefly(dayOfWeek.format(noonOf(iso))),
    shortDay: (iso: string) => shortDay.format(noonOf(iso)),
    month: (iso: string) => briefly(month.format(noonOf(iso))),
    days: (from: string, to: string) =>
      briefly(from === to ? day.format(noonOf(from)) : day.formatRange(noonOf(from), noonOf(to))),
    /** Write an ISO weekday, 1 to 7. The first of January 2024 was a Monday. */
    weekday: (isoWeekday: number) => weekday.format(new Date(Date.UTC(2024, 0, isoWeekday))),
    longWeekday: (isoWeekday: number) => longWeekday.format(new Date(Date.UTC(2024, 0, isoWeekday))),
    hour: (hour: number) => `${String(hour).padStart(2, "0")}:00`,
    time: (instant: number, timeZone: string) =>
      new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(
        instant,
      ),
    instant: (iso: string, timeZone: string) =>
      new Intl.DateTimeFormat(locale, {
        day: "numeric",
        month: "short",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
        timeZone,
      }).format(new Date(iso)),
    /** Write an instant to the second, with its year. */
    moment: (iso: string, timeZone: string) => {
      const options = { day: "numeric", month: "short", year: "numeric", timeZone } as const;
      const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone } as const;
      const instant = new Date(iso);
      const written = new Intl.DateTimeFormat(locale, options).format(instant);
      return `${briefly(written)}, ${new Intl.DateTimeFormat(locale, time).format(instant)}`;
    },
    instantDay: (iso: string, timeZone: string) =>
      new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", timeZone }).format(new Date(iso)),
    bytes: (bytes: number) =>
      bytes < 1_000_000 ? kilobytes.format(Math.max(bytes / 1_000, 1)) : megabytes.format(bytes / 1_000_000),
    list: (items: string[]) => list.format(items),
    /** Write a language by Meta's code of it, such as `es_CL`; the code, where it is no language. */
    language: (code: string) => {
      try {
        return capitalize(languages.of(code.replaceAll("_", "-")) ?? code);
      } catch {
        return code;
      }
    },
  };
}
