/** Hours of sending: what the heat map shows of them, and what can be said of their comparison. */
import type { SendTimeBlockFragment, SendTimesQuery } from "../../../../api/generated/operations";
import type { Texts } from "../../../../i18n/es";
import type { Formats } from "../../../../i18n/formats";
import { MIN_BASE } from "../../../../lib/statistics/wilson";

export type SendTime = NonNullable<SendTimesQuery["campaignAnalytics"]>["sendTimes"][number];

/** What the heat map shows: responses by their own hour, or the rate or the time of responses by hour of sending. */
export const MEASURES = ["responses", "rate", "time"] as const;

export type Measure = (typeof MEASURES)[number];

export type SendMeasure = Exclude<Measure, "responses">;

/** The parameter of an address. */
export const PARAMETER = "heatmap";

/** Read the measure that an address names. */
export const parseMeasure = (search: URLSearchParams): Measure =>
  MEASURES.find((measure) => measure === search.get(PARAMETER)) ?? "responses";

/** Return whether a cell has messages, but too few of them to be judged. */
export const isFew = ({ delivered }: SendTime): boolean => delivered > 0 && delivered < MIN_BASE;

/** Return the value of a cell by which it is colored; null where there is none, or where it says little. */
export function valueOf(measure: SendMeasure, cell: SendTime): number | null {
  if (cell.delivered < MIN_BASE) return null;
  return measure === "rate" ? cell.rate : cell.typicalResponseTime;
}

/** Return the lowest and the highest value of all cells that have one. */
export function rangeOf(values: (number | null)[]): { low: number; high: number } | undefined {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? { low: Math.min(...known), high: Math.max(...known) } : undefined;
}

/** What the blocks of hours say: which is best, that none is clearly, or that there are too few messages to say. */
export type Verdict =
  { kind: "best"; block: SendTimeBlockFragment; total: number } | { kind: "noBest" } | { kind: "fewBlocks" };

/** Judge blocks of hours as the API does; `total` is the rate of all hours. */
export function verdictOf(blocks: SendTimeBlockFragment[]): Verdict {
  if (blocks.filter(({ comparable }) => comparable).length < 2) return { kind: "fewBlocks" };
  const block = blocks.find(({ best }) => best);
  if (!block) return { kind: "noBest" };
  const sum = (key: "delivered" | "responded") => blocks.reduce((sum, block) => sum + block[key], 0);
  return { kind: "best", block, total: sum("responded") / sum("delivered") };
}

/** Write a rate with its interval, without decimals: `30 % (18 a 45 %)`. */
function rateWords(t: Texts, format: Formats, { rate, interval }: Pick<SendTime, "rate" | "interval">): string {
  const shown = format.wholeRate(rate ?? 0);
  if (!interval) return shown;
  const low = format.count(Math.round(100 * interval.low));
  return t.charts.sends.withRange(shown, low, format.wholeRate(interval.high));
}

/** Say what a cell is, in the words of its tooltip. */
export function cellWords(t: Texts, format: Formats, measure: SendMeasure, cell: SendTime): string {
  const { sends } = t.charts;
  const { delivered, responded, typicalResponseTime: time } = cell;
  if (delivered === 0) return sends.none;
  const answered = sends.answered(format.count(responded), format.count(delivered));
  if (measure === "time")
    return time === null ? answered : sends.typical(format.duration(time), responded, format.count(responded));
  return isFew(cell) ? answered : sends.rated(answered, rateWords(t, format, cell));
}

/** Write a cell of the table: of few messages, how many were answered. */
export function cellText(t: Texts, format: Formats, measure: SendMeasure, cell: SendTime): string {
  if (measure === "time") return format.duration(cell.typicalResponseTime);
  return isFew(cell)
    ? t.tables.few(format.count(cell.responded), format.count(cell.delivered))
    : format.rate(cell.rate);
}

/** Say what the blocks of hours say. */
export function verdictWords(t: Texts, format: Formats, verdict: Verdict): string {
  const { sends } = t.charts;
  if (verdict.kind !== "best") return sends[verdict.kind];
  const { block, total } = verdict;
  const [from, to] = [format.count(block.fromHour), format.count(block.toHour)];
  return sends.best(from, to, rateWords(t, format, block), format.wholeRate(total));
}
