/** The numbers that a table's rows had in the earlier period. */
import type {
  CampaignAnalyticsFilter,
  RowFunnelFragment,
  TemplateCategory,
} from "../../../../api/generated/operations";
import type { RowIds } from "../../messages/number/messageSet";
import { sumFunnels } from "./sums";

/** A row of the earlier period: what it is of, and its numbers. */
export type EarlierRow = {
  agent?: { id: string };
  department?: { id: string };
  template?: { id: string };
  account?: { id: string };
  category?: TemplateCategory;
  funnel: RowFunnelFragment;
};

const NOTHING = sumFunnels([]);

const idsOf = ({ agent, department, template, account, category }: EarlierRow): RowIds => ({
  agents: agent?.id,
  departments: department?.id,
  templates: template?.id,
  accounts: account?.id,
  categories: category,
});

const keyOf = ({ agents, departments, templates, accounts, categories }: RowIds): string =>
  JSON.stringify([agents, departments, templates, accounts, categories]);

/**
 * Narrow a filter to some rows. One by category stays as it is: it has few rows, and messages are read one by one to
 * filter them by category.
 */
export function narrowedToRows(filter: CampaignAnalyticsFilter, rows: RowIds[]): CampaignAnalyticsFilter {
  const all = (kind: "agents" | "departments" | "templates" | "accounts", ids: string[] | null | undefined) => {
    const own = [...new Set(rows.flatMap((row) => row[kind] ?? []))].sort();
    return own.length > 0 ? own : ids;
  };
  return {
    ...filter,
    agentIds: all("agents", filter.agentIds),
    departmentIds: all("departments", filter.departmentIds),
    templateIds: all("templates", filter.templateIds),
    accountIds: all("accounts", filter.accountIds),
  };
}

/** Return the function that finds a row's earlier numbers among all of them; one that is not there had no messages. */
export function earlierFunnels(rows: EarlierRow[]): (ids: RowIds) => RowFunnelFragment {
  const byKey = new Map(rows.map((row) => [keyOf(idsOf(row)), row.funnel]));
  return (ids) => byKey.get(keyOf(ids)) ?? NOTHING;
}
