import type { CampaignAnalyticsFilter } from "../../../api/generated/operations";
import { isDay, PERIODS, periodsOn, type Days, type PeriodName } from "../../../lib/days";

/** The kinds of filters besides days; each takes several ids. */
export const FILTER_KINDS = ["templates", "accounts", "departments", "agents"] as const;

export type FilterKind = (typeof FILTER_KINDS)[number];

/** One of each kind: the parameter of an address, and how texts call it. */
export const ENTITIES = {
  templates: "template",
  accounts: "account",
  departments: "department",
  agents: "agent",
} as const;

/** Names by id, of each kind. */
export type Names = Record<FilterKind, Map<string, string>>;

type IdLists = Record<FilterKind, string[]>;

/** The earlier days that readers may compare with: the period before, the same one of last year, or none. */
export const COMPARES = ["previous", "year", "none"] as const;

export type Compare = (typeof COMPARES)[number];

/** Days of the tenant's time zone, which follow from the period where there is one. An empty list restricts nothing. */
export type Filters = Days & { period: PeriodName | null; compare: Compare } & IdLists;

/** The change that drops all filters but the days. */
export const NO_IDS: IdLists = { templates: [], accounts: [], departments: [], agents: [] };

export const isFiltered = (filters: Filters): boolean => FILTER_KINDS.some((kind) => filters[kind].length > 0);

const isPeriod = (text: string | null): text is PeriodName => PERIODS.some((name) => name === text);

function parseCompare(search: URLSearchParams): Compare {
  const text = search.get("compare");
  return COMPARES.find((name) => name === text) ?? "previous";
}

/** Read the days of an address; undefined unless both are days, in order. */
function parseDays(search: URLSearchParams): Days | undefined {
  const [from, to] = [search.get("from"), search.get("to")];
  return isDay(from) && isDay(to) && from <= to ? { from, to } : undefined;
}

function parseIds(search: URLSearchParams): IdLists {
  const ids = (kind: FilterKind) => [...new Set(search.getAll(ENTITIES[kind]))].sort();
  return {
    templates: ids("templates"),
    accounts: ids("accounts"),
    departments: ids("departments"),
    agents: ids("agents"),
  };
}

/** Read the filters of an address. Without valid days or a period, they are the last 30 days. */
export function parseFilters(search: URLSearchParams, today: string): Filters {
  const fixed = parseFixedFilters(search);
  if (fixed) return fixed;
  const name = search.get("period");
  const period = isPeriod(name) ? name : "last30";
  return { ...periodsOn(today)[period], period, compare: parseCompare(search), ...parseIds(search) };
}

/** Read the filters of an address whose days do not depend on today; undefined for others. */
export function parseFixedFilters(search: URLSearchParams): Filters | undefined {
  const days = parseDays(search);
  return days && { ...days, period: null, compare: parseCompare(search), ...parseIds(search) };
}

/**
 * Write filters as the parameters of an address, which shows the same view to whoever opens it.
 *
 * Parameters of `others` that are about something else than filters stay.
 */
export function toSearchParams(filters: Filters, others = new URLSearchParams()): URLSearchParams {
  const days: [string, string][] = filters.period
    ? [["period", filters.period]]
    : [
        ["from", filters.from],
        ["to", filters.to],
      ];
  const ids = FILTER_KINDS.flatMap((kind) => filters[kind].map((id): [string, string] => [ENTITIES[kind], id]));
  const compare: [string, string][] = filters.compare === "previous" ? [] : [["compare", filters.compare]];
  const own = new Set<string>(["period", "from", "to", "compare", ...Object.values(ENTITIES)]);
  return new URLSearchParams([...days, ...compare, ...ids, ...[...others].filter(([name]) => !own.has(name))]);
}

/** Convert filters to the API's input. */
export function toFilterInput(filters: Filters): CampaignAnalyticsFilter {
  const ids = (kind: FilterKind) => (filters[kind].length > 0 ? filters[kind] : null);
  return {
    sentOn: { from: filters.from, to: filters.to },
    templateIds: ids("templates"),
    accountIds: ids("accounts"),
    departmentIds: ids("departments"),
    agentIds: ids("agents"),
  };
}

/** Split the departments of a filter into those that a reader sees, which stay in it, and the others. */
export function withOwnDepartments(
  filters: Filters,
  own: { id: string }[] | null,
): { seen: Filters; foreign: string[] } {
  const foreign = own ? filters.departments.filter((id) => !own.some((department) => department.id === id)) : [];
  if (foreign.length === 0) return { seen: filters, foreign };
  return { seen: { ...filters, departments: filters.departments.filter((id) => !foreign.includes(id)) }, foreign };
}

/** Return the change of a click on a value: it becomes the only one of its kind, or none is if it was. */
export function toggled(filters: Filters, kind: FilterKind, id: string): Partial<Filters> {
  return { [kind]: isOnly(filters, kind, id) ? [] : [id] };
}

export const isOnly = (filters: Filters, kind: FilterKind, id: string): boolean =>
  filters[kind].length === 1 && filters[kind][0] === id;
