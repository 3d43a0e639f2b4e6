import type { Granularity } from "../../../../api/generated/operations";
import { countDays, type Days } from "../../../../lib/dates/days";

export const GRANULARITIES: Granularity[] = ["HOUR", "DAY", "WEEK", "MONTH"];

const MAX_DAYS: [number, Granularity][] = [
  [2, "HOUR"],
  [100, "DAY"],
  [550, "WEEK"],
];

/** Return the granularity that gives a range some tens of points. */
export function defaultGranularity(days: Days): Granularity {
  const count = countDays(days);
  return MAX_DAYS.find(([max]) => count <= max)?.[1] ?? "MONTH";
}

/** Return the granularities that keep a range within the API's limit of points; only hours may exceed it. */
export function allowedGranularities(days: Days, maxPoints: number): Granularity[] {
  return GRANULARITIES.filter((granularity) => granularity !== "HOUR" || countDays(days) * 24 < maxPoints);
}
