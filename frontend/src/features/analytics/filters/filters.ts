import type { CampaignAnalyticsFilter, TemplateCategory } from "../../../api/generated/operations";
import { isDay, PERIODS, periodsOn, type Days, type PeriodName } from "../../../lib/dates/days";

/** The kinds of filters besides days that name entries of the directory; each takes several ids. */
export const FILTER_KINDS = ["templates", "accounts", "departments", "agents"] as const;

export type FilterKind = (typeof FILTER_KINDS)[number];

/** The kinds of filters by what a message's template was. */
export const FACETS = ["categories", "languages"] as const;

export type Facet = (typeof FACETS)[number];

/** The categories of templates, see the schema. */
export const CATEGORIES: TemplateCategory[] = ["MARKETING", "UTILITY", "AUTHENTICATION", "SERVICE", "OTHER"];

/** One of each kind: the parameter of an address, and how texts call it. */
export const ENTITIES = {
  templates: "template",
  accounts: "account",
  departments: "department",
  agents: "agent",
  categories: "category",
  languages: "language",
} as const;

/** The names of chosen values that a view asks for, of each kind: the API's largest page. */
export const MAX_NAMES = 200;

/** Names by id, of each kind. */
export type Names = Record<FilterKind, Map<string, string>>;

type IdLists = Record<FilterKind, string[]>;

/** The earlier days that readers may compare with: the period before, the same one of last year, or none. */
export const COMPARES = ["previous", "year", "none"] as const;

export type Compare = (typeof COMPARES)[number];

/** All that is filtered by besides days. An empty list restricts nothing. */
type Values = IdLists & { excluded: IdLists; categories: TemplateCategory[]; languages: string[] };

/**
 * Days of the tenant's time zone, which follow from the period where there is one, and the values of messages.
 *
 * A kind has chosen ids or excluded ones, not both.
 */
export type Filters = Days & { period: PeriodName | null; compare: Compare } & Values;

const NO_IDS: IdLists = { templates: [], accounts: [], departments: [], agents: [] };

/** The change that drops all filters but the days. */
export const NO_VALUES: Values = { ...NO_IDS, excluded: NO_IDS, categories: [], languages: [] };

export const isFiltered = (filters: Filters): boolean =>
  [...FILTER_KINDS, ...FACETS].some((kind) => filters[kind].length > 0) ||
  FILTER_KINDS.some((kind) => filters.excluded[kind].length > 0);

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

/** Return whether an address names days or a period that nobody understands, and the last 30 days are shown instead. */
export const hasWrongDates = (search: URLSearchParams): boolean =>
  ["from", "to", "period"].some((name) => search.has(name)) && !parseDays(search) && !isPeriod(search.get("period"));

const excludedParameter = (kind: FilterKind): string => `not_${ENTITIES[kind]}`;

const byKind = (ids: (kind: FilterKind) => string[]): IdLists => ({
  templates: ids("templates"),
  accounts: ids("accounts"),
  departments: ids("departments"),
  agents: ids("agents"),
});

/** Read the values of an address. Excluded ids are taken from the chosen ones, which leave nothing else to exclude. */
function parseValues(search: URLSearchParams): Values {
  const all = (parameter: string) => [...new Set(search.getAll(parameter))].sort();
  const left = byKind((kind) => {
    const excluded = search.getAll(excludedParameter(kind));
    return all(ENTITIES[kind]).filter((id) => !excluded.includes(id));
  });
  const words = all(ENTITIES.categories);
  return {
    ...left,
    excluded: byKind((kind) => (left[kind].length > 0 ? [] : all(excludedParameter(kind)))),
    categories: CATEGORIES.filter((category) => words.includes(category.toLowerCase())),
    languages: all(ENTITIES.languages),
  };
}

/** Read the filters of an address. Without valid days or a period, they are the last 30 days. */
export function parseFilters(search: URLSearchParams, today: string): Filters {
  const fixed = parseFixedFilters(search);
  if (fixed) return fixed;
  const name = search.get("period");
  const period = isPeriod(name) ? name : "last30";
  return { ...periodsOn(today)[period], period, compare: parseCompare(search), ...parseValues(search) };
}

/** Read the filters of an address whose days do not depend on today; undefined for others. */
export function parseFixedFilters(search: URLSearchParams): Filters | undefined {
  const days = parseDays(search);
  return days && { ...days, period: null, compare: parseCompare(search), ...parseValues(search) };
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
  const lists: [string, string[]][] = [
    ...FILTER_KINDS.map((kind): [string, string[]] => [ENTITIES[kind], filters[kind]]),
    ...FILTER_KINDS.map((kind): [string, string[]] => [excludedParameter(kind), filters.excluded[kind]]),
    [ENTITIES.categories, filters.categories.map((category) => category.toLowerCase())],
    [ENTITIES.languages, filters.languages],
  ];
  const compare: [string, string][] = filters.compare === "previous" ? [] : [["compare", filters.compare]];
  const values = lists.flatMap(([name, ids]) => ids.map((id): [string, string] => [name, id]));
  const own = new Set<string>(["period", "from", "to", "compare", ...lists.map(([name]) => name)]);
  return new URLSearchParams([...days, ...compare, ...values, ...[...others].filter(([name]) => !own.has(name))]);
}

/** Convert filters to the API's input. */
export function toFilterInput(filters: Filters): CampaignAnalyticsFilter {
  const { excluded } = filters;
  const restricting = <Value>(values: Value[]) => (values.length > 0 ? values : null);
  return {
    sentOn: { from: filters.from, to: filters.to },
    templateIds: restricting(filters.templates),
    accountIds: restricting(filters.accounts),
    departmentIds: restricting(filters.departments),
    agentIds: restricting(filters.agents),
    excludeTemplateIds: restricting(excluded.templates),
    excludeAccountIds: restricting(excluded.accounts),
    excludeDepartmentIds: restricting(excluded.departments),
    excludeAgentIds: restricting(excluded.agents),
    categories: restricting(filters.categories),
    languages: restricting(filters.languages),
  };
}
