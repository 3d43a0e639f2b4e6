import type { AnnotationFragment } from "../../../api/generated/operations";

/** A point of the series: where it begins, and its days. */
type Point = { startsAt: string; on: string; lastDay: string };

/**
 * Return the annotations of each point of a series: each stands at the point in which it begins, or at the first one
 * where it began before.
 */
export function annotationsByPoint(points: Point[], annotations: AnnotationFragment[]): AnnotationFragment[][] {
  const byPoint: AnnotationFragment[][] = points.map(() => []);
  const instants = points.map(({ startsAt }) => Date.parse(startsAt));
  for (const annotation of annotations) {
    const at = Date.parse(annotation.startsAt);
    const following = instants.findIndex((instant) => instant > at);
    const index = following === -1 ? points.length - 1 : Math.max(following - 1, 0);
    byPoint[index]?.unshift(annotation); // the oldest first
  }
  return byPoint;
}
