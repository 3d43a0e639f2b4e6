import { isBeyondChance, MIN_BASE, type Proportion } from "../../../lib/statistics/proportions";

/** A rate with the messages that it is computed of; null without any. */
export type Rate = Proportion & { rate: number | null };

export type Direction = "rose" | "fell" | "same";

/** What can be said of a change of a rate. */
export type Judgment = "better" | "worse" | "unclear" | "few" | "early";

const MIN_CHANGE = 0.001; // a tenth of a percent, or of a point: the smallest that is written

/** Return by how much of the earlier number a number has changed; null where that cannot be said. */
export function relativeChange(current: number | null, earlier: number | null): number | null {
  return current === null || earlier === null || earlier === 0 ? null : (current - earlier) / earlier;
}

// Times come in steps of 5 %: one step says nothing yet.
const MIN_TIME_CHANGE = 0.06;

/** Return by how much of the earlier time a time has changed, in whole percent; 0 for no more than its precision. */
export function timeChange(current: number | null, earlier: number | null): number | null {
  const change = relativeChange(current, earlier);
  if (change === null) return null;
  return Math.abs(change) < MIN_TIME_CHANGE ? 0 : Math.round(100 * change) / 100;
}

/** Return the tenths of a percent of a rate, as it is written. */
const tenths = (rate: number): number => Math.round(1000 * rate);

/**
 * Return the difference of two rates as they are written, 0.01 for a percentage point: readers subtract one from the
 * other. Null where one of them is a share of nothing.
 */
export function rateChange(current: Rate, earlier: Rate): number | null {
  if (current.rate === null || earlier.rate === null) return null;
  return (tenths(current.rate) - tenths(earlier.rate)) / 1000;
}

/** Return the direction of a change as it is written; undefined where there is none to write. */
export function directionOf(change: number | null): Direction | undefined {
  if (change === null) return undefined;
  if (Math.abs(change) < MIN_CHANGE / 2) return "same";
  return change > 0 ? "rose" : "fell";
}

type Rule = {
  /** True of bounces. */
  lessIsBetter?: boolean;
  /** True while messages of the current period may still be delivered, read, answered or bounce. */
  isMaturing: boolean;
};

/** Judge the change of a rate. Undefined where it is not said to have changed. */
export function judge(current: Rate, earlier: Rate, { lessIsBetter = false, isMaturing }: Rule): Judgment | undefined {
  const direction = directionOf(rateChange(current, earlier));
  if (direction === undefined || direction === "same") return undefined;
  if (Math.min(current.base, earlier.base) < MIN_BASE) return "few";
  if (direction === "fell" && isMaturing) return "early";
  if (!isBeyondChance(current, earlier)) return "unclear";
  return (direction === "rose") === lessIsBetter ? "worse" : "better";
}
