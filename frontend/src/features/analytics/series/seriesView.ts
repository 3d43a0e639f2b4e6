/** The reader's choices in the series, and how an address names them. */
import type { Granularity } from "../../../api/generated/operations";
import { LINE_KEYS, type LineKey, type Measure } from "./lines";

export type SeriesView = {
  /** Null for the one that fits the days. */
  granularity: Granularity | null;
  measure: Measure;
  /** The lines on show. */
  lines: LineKey[];
  /** True if the earlier period is drawn, where there is one. */
  hasEarlier: boolean;
  isTable: boolean;
};

const DEFAULT_LINES: LineKey[] = ["messages", "read", "responded"]; // the others lie close to these

const SEPARATOR = "."; // addresses keep it as it is

/** Read the choices of an address; what nobody understands, or is not `allowed`, is as it was at first. */
export function parseSeriesView(search: URLSearchParams, allowed: Granularity[]): SeriesView {
  const words = search.get("lines")?.split(SEPARATOR);
  return {
    granularity: allowed.find((one) => one.toLowerCase() === search.get("granularity")) ?? null,
    measure: search.get("measure") === "rates" ? "rates" : "counts",
    lines: words ? LINE_KEYS.filter((key) => words.includes(key)) : DEFAULT_LINES,
    hasEarlier: search.get("earlier") !== "hidden",
    isTable: search.get("series") === "table",
  };
}

/** Return the parameters for choices; null for those that are as they were at first. */
export function writeSeriesView({
  granularity,
  measure,
  lines,
  hasEarlier,
  isTable,
}: SeriesView): Record<string, string | null> {
  const words = LINE_KEYS.filter((key) => lines.includes(key)).join(SEPARATOR);
  return {
    granularity: granularity?.toLowerCase() ?? null,
    measure: measure === "rates" ? measure : null,
    lines: words === DEFAULT_LINES.join(SEPARATOR) ? null : words,
    earlier: hasEarlier ? null : "hidden",
    series: isTable ? "table" : null,
  };
}
