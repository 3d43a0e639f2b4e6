import type { CampaignAnalyticsFilter } from "../api/generated/operations";

/** What can be filtered by, besides the dates; each by several ids at once. */
export const KINDS = ["templates", "accounts", "departments", "agents"] as const;

export type Kind = (typeof KINDS)[number];

/** Days are calendar days of the company's zone, both included. An empty list is no restriction. */
export type Filters = { from: string; to: string } & Record<Kind, string[]>;

const PARAMETERS = { templates: "template", accounts: "account", departments: "department", agents: "agent" } as const;

const isDay = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** The filters of an address. Days that are missing or none are the default ones. */
export function fromAddress(search: URLSearchParams, defaults: { from: string; to: string }): Filters {
  const [from, to] = [search.get("from"), search.get("to")];
  const days = isDay(from) && isDay(to) && from <= to ? { from, to } : defaults;
  const ids = (kind: Kind) => [...new Set(search.getAll(PARAMETERS[kind]))].sort();
  return {
    ...days,
    templates: ids("templates"),
    accounts: ids("accounts"),
    departments: ids("departments"),
    agents: ids("agents"),
  };
}

/** The address of filters: what one shares to show the same view. */
export function toAddress(filters: Filters): URLSearchParams {
  const ids = KINDS.flatMap((kind) => filters[kind].map((id): [string, string] => [PARAMETERS[kind], id]));
  return new URLSearchParams([["from", filters.from], ["to", filters.to], ...ids]);
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
