import { useMemo } from "react";
import {
  AccountOptionsDocument,
  AgentOptionsDocument,
  DepartmentOptionsDocument,
  TemplateOptionsDocument,
  UsedAccountsDocument,
  UsedAgentsDocument,
  UsedDepartmentsDocument,
  UsedTemplatesDocument,
  type CampaignAnalyticsFilter,
  type TypedDocumentString,
} from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import { withChoice } from "../changes";
import { toFilterInput, type FilterKind, type Filters } from "../filters";
import { sumByValue, type Option, type UsedRow } from "./choice";

const ALL = {
  templates: TemplateOptionsDocument,
  accounts: AccountOptionsDocument,
  departments: DepartmentOptionsDocument,
  agents: AgentOptionsDocument,
};

type Used = {
  all: { totalCount: number } | null;
  campaignAnalytics: { rows: { pageInfo: { hasNextPage: boolean }; nodes: UsedRow[] } } | null;
};

const USED: Record<FilterKind, TypedDocumentString<Used, { filter: CampaignAnalyticsFilter; first: number }>> = {
  templates: UsedTemplatesDocument,
  accounts: UsedAccountsDocument,
  departments: UsedDepartmentsDocument,
  agents: UsedAgentsDocument,
};

const MAX_OPTIONS = 100; // readers find the others by typing
const MAX_ROWS = 200; // of messages: the API's largest page
const NO_OPTIONS: Option[] = [];

/** Return a filter's options whose names contain `search`, sorted by name, and how many there are in all. */
export function useAllOptions(kind: FilterKind, search: string, enabled: boolean) {
  const variables = { search: search || null, first: MAX_OPTIONS };
  const { answer, isPending, error } = useStableQuery(ALL[kind], variables, { enabled });
  const connection = enabled ? answer?.data.options : undefined;
  return { options: connection?.nodes ?? NO_OPTIONS, total: connection?.totalCount ?? 0, isPending, error };
}

/** Return a filter's options that have messages under the other filters, and how many there are in all. */
export function useUsedOptions(kind: FilterKind, filters: Filters, enabled: boolean) {
  const variables = {
    filter: toFilterInput({ ...filters, ...withChoice(filters, kind, { ids: [], isExcluded: false }) }),
    first: MAX_ROWS,
  };
  const { answer, isPending, error } = useStableQuery(USED[kind], variables, { enabled });
  const rows = answer?.data.campaignAnalytics?.rows;
  const isWhole = rows?.pageInfo.hasNextPage === false;
  const areSumsKnown = isWhole || kind !== "agents"; // who have a row for each department
  const options = useMemo(() => (rows ? sumByValue(rows.nodes, areSumsKnown) : NO_OPTIONS), [rows, areSumsKnown]);
  return { options, isWhole, total: answer?.data.all?.totalCount ?? 0, isPending, error };
}
