/** The reader's choices in the tables, and how an address names them. */
import type { PerformanceOrder, PerformanceOrderField } from "../../../../api/generated/operations";
import { DEFAULT_COLUMNS, EXTRAS, NUMBER_COLUMNS, type ColumnKey, type Extra } from "./columns";

/** Shown beside each rate: its interval of 95 %, its difference from that of all rows. */
export const MARKS = ["interval", "difference"] as const;

export type Mark = (typeof MARKS)[number];

export const PAGE_SIZES = [10, 25, 50]; // rows

export const PAGE_SIZE = 10; // rows of a table until its reader chooses another number

/** Rows of a table on paper, which nobody can page through. */
export const PAPER_SIZE = 50;

export const DEFAULT_ORDER: PerformanceOrder = { field: "SENT", direction: "DESC" };

/**
 * The rows of the table by agent: those who sent, those who did not too, or a row for each agent and department. The
 * first is what an address says nothing of.
 */
export const AGENT_ROWS = ["totals", "all", "departments"] as const;

export type AgentRows = (typeof AGENT_ROWS)[number];

export type TableView = {
  order: PerformanceOrder;
  /** Rows of a page. */
  size: number;
  columns: ColumnKey[];
  marks: Mark[];
  extras: Extra[];
  agents: AgentRows;
  /** The part of a name that rows must have. */
  find: string;
};

export const DEFAULT_VIEW: TableView = {
  order: DEFAULT_ORDER,
  size: PAGE_SIZE,
  columns: DEFAULT_COLUMNS,
  marks: [],
  extras: [],
  agents: "totals",
  find: "",
};

const SEPARATOR = "."; // addresses keep it as it is

const FIELDS: PerformanceOrderField[] = ["NAME", ...NUMBER_COLUMNS.flatMap(({ field }) => field ?? [])];

const wordOf = (field: PerformanceOrderField) => field.toLowerCase().replaceAll("_", "-");

function parseOrder(text: string | null): PerformanceOrder {
  const field = FIELDS.find((field) => wordOf(field) === text?.replace(/^-/, ""));
  return field ? { field, direction: text?.startsWith("-") ? "DESC" : "ASC" } : DEFAULT_ORDER;
}

/** Read the choices of an address; what nobody understands is as it was at first. */
export function parseTableView(search: URLSearchParams): TableView {
  const size = PAGE_SIZES.find((size) => String(size) === search.get("rows")) ?? PAGE_SIZE;
  const words = search.get("columns")?.split(SEPARATOR) ?? [];
  const columns = NUMBER_COLUMNS.map(({ key }) => key).filter((key) => words.includes(key));
  return {
    order: parseOrder(search.get("sort")),
    size,
    columns: columns.length > 0 ? columns : DEFAULT_COLUMNS,
    marks: MARKS.filter((mark) => words.includes(mark)),
    extras: EXTRAS.filter((extra) => words.includes(extra)),
    agents: AGENT_ROWS.find((name) => name === search.get("agents")) ?? "totals",
    find: search.get("find") ?? "",
  };
}

/** Return the parameters for choices; null for those that are as they were at first. */
export function writeTableView(view: TableView): Record<string, string | null> {
  const { order, size, columns, marks, extras, agents, find } = view;
  const sort = (order.direction === "DESC" ? "-" : "") + wordOf(order.field);
  const words = [...NUMBER_COLUMNS.map(({ key }) => key).filter((key) => columns.includes(key)), ...extras, ...marks];
  return {
    sort: sort === "-sent" ? null : sort,
    rows: size === PAGE_SIZE ? null : String(size),
    columns: words.join() === DEFAULT_COLUMNS.join() ? null : words.join(SEPARATOR),
    agents: agents === "totals" ? null : agents,
    find: find || null,
  };
}
