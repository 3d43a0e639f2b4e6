/** The place of the earlier period's points beside those that they are compared with. */
import type { Granularity } from "../../../../api/generated/operations";
import { countDays } from "../../../../lib/dates/days";

type Dated = { on: string };

const WEEK = 7; // days
const MIN_DAYS = 14; // with fewer, the days that are left without an earlier one would be many

/**
 * Return by how many points the earlier period's are moved, so that a day stands beside the same weekday: at most three.
 * 0 where they stand in order: other widths than days, few days, and periods that are whole weeks apart.
 */
export function weekdayOffset(points: Dated[], earlier: Dated[], granularity: Granularity): number {
  const [first, before] = [points[0]?.on, earlier[0]?.on];
  if (granularity !== "DAY" || points.length < MIN_DAYS || first === undefined || before === undefined) return 0;
  const shift = countDays({ from: before, to: first }) - 1;
  return shift - WEEK * Math.round(shift / WEEK);
}

/** Return the earlier point beside each point; undefined where the earlier period has none. */
export function alignEarlier<Point extends Dated>(
  points: Dated[],
  earlier: Point[],
  granularity: Granularity,
): (Point | undefined)[] {
  const offset = weekdayOffset(points, earlier, granularity);
  return points.map((_, index) => earlier[index + offset]);
}
