import type { PerformanceOrder, PerformanceOrderField } from "../../../../api/generated/operations";
import { DEFAULT_ORDER, PAGE_SIZE } from "../view/tableView";

/** A page of a table in an order. `cursors` say where this page and each one between it and the first begin. */
export type PagePosition = { order: PerformanceOrder; size: number; cursors: string[] };

/** The page that comes with the view: most messages sent first. */
export const FIRST_PAGE: PagePosition = { order: DEFAULT_ORDER, size: PAGE_SIZE, cursors: [] };

export const isSameOrder = (one: PerformanceOrder, other: PerformanceOrder): boolean =>
  one.field === other.field && one.direction === other.direction;

export const isSamePage = (page: PagePosition, other: PagePosition): boolean =>
  isSameOrder(page.order, other.order) && page.size === other.size && page.cursors.at(-1) === other.cursors.at(-1);

/** Return the order of a clicked column: names from A, numbers from the largest, then reversed. */
export function orderAfter(field: PerformanceOrderField, order: PerformanceOrder): PerformanceOrder {
  const direction = field === "NAME" ? "ASC" : "DESC";
  const reverse = direction === "ASC" ? "DESC" : "ASC";
  return { field, direction: isSameOrder(order, { field, direction }) ? reverse : direction };
}
