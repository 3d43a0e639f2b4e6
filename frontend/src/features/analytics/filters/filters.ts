import type { CampaignAnalyticsFilter } from "../../../api/generated/operations";
import { isDay, PERIODS, periods, type Days, type PeriodName } from "../../../lib/days";

/** What can be filtered by, besides the dates; each by several ids at once. */
export const KINDS = ["templates", "accounts", "departments", "agents"] as const;

export type Kind = (typeof KINDS)[number];

/** Names by id. */
export type Names = Record<Kind, Map<string, string>>;

type IdLists = Record<Kind, string[]>;

/**
 * Days are calendar days of the company's zone, both included; they follow from the period, where there is one.
 * An empty list is no restriction.
 */
export type Filters = Days & { period: PeriodName | null } & IdLists;

const PARAMETERS = { templates: "template", accounts: "account", departments: "department", agents: "agent" } as const;

const isPeriod = (text: string | null): text is PeriodName => PERIODS.some((name) => name === text);

/** The days that an address names, if it names good ones. */
function daysOf(search: URLSearchParams): Days | undefined {
  const [from, to] = [search.get("from"), search.get("to")];
  return isDay(from) && isDay(to) && from <= to ? { from, to } : undefined;
}

function idsOf(search: URLSearchParams): IdLists {
  const ids = (kind: Kind) => [...new Set(search.getAll(PARAMETERS[kind]))].sort();
  return {
    templates: ids("templates"),
    accounts: ids("accounts"),
    departments: ids("departments"),
    agents: ids("agents"),
  };
}

/** The filters of an address on a day. Without days or a period they are of the last 30 days. */
export function fromAddress(search: URLSearchParams, on: string): Filters {
  const fixed = fixedFrom(search);
  if (fixed) return fixed;
  const asked = search.get("period");
  const period = isPeriod(asked) ? asked : "last30";
  return { ...periods(on)[period], period, ...idsOf(search) };
}

/** The filters of an address that are the same on every day: nobody need know which day it is in the company's zone. */
export function fixedFrom(search: URLSearchParams): Filters | undefined {
  const days = daysOf(search);
  return days && { ...days, period: null, ...idsOf(search) };
}

/** The address of filters: what one shares to show the same view. */
export function toAddress(filters: Filters): URLSearchParams {
  const days: [string, string][] = filters.period
    ? [["period", filters.period]]
    : [
        ["from", filters.from],
        ["to", filters.to],
      ];
  const ids = KINDS.flatMap((kind) => filters[kind].map((id): [string, string] => [PARAMETERS[kind], id]));
  return new URLSearchParams([...days, ...ids]);
}

/** The filters as the API takes them. */
export function toInput(filters: Filters): CampaignAnalyticsFilter {
  const ids = (kind: Kind) => (filters[kind].length > 0 ? filters[kind] : null);
  return {
    sentOn: { from: filters.from, to: filters.to },
    templateIds: ids("templates"),
    accountIds: ids("accounts"),
    departmentIds: ids("departments"),
    agentIds: ids("agents"),
  };
}
