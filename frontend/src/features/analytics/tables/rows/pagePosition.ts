import type { PerformanceOrder, PerformanceOrderField } from "../../../../api/generated/operations";

/** A page of a table in an order. `cursors` say where this page and each one between it and the first begin. */
export type PagePosition = { order: PerformanceOrder; cursors: string[] };

/** The page that comes with the view: most messages sent first. */
export const FIRST_PAGE: PagePosition = { order: { field: "SENT", direction: "DESC" }, cursors: [] };

export const isSamePage = (page: PagePosition, other: PagePosition): boolean =>
  page.order.field === other.order.field &&
  page.order.direction === other.order.direction &&
  page.cursors.at(-1) === other.cursors.at(-1);

/** Return the first page in the order of a clicked column: names from A, numbers from the largest, then reversed. */
export function sortedBy(field: PerformanceOrderField, { order }: PagePosition): PagePosition {
  const direction = field === "NAME" ? "ASC" : "DESC";
  const reverse = direction === "ASC" ? "DESC" : "ASC";
  const isSorted = order.field === field && order.direction === direction;
  return { order: { field, direction: isSorted ? reverse : direction }, cursors: [] };
}
