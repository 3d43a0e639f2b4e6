import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../../api/ApiProvider";
import { operationName, type Api } from "../../../../api/client";
import type { ApiError } from "../../../../api/errors";
import type {
  CampaignAnalyticsFilter,
  PerformanceOrder,
  RowFunnelFragment,
  TypedDocumentString,
} from "../../../../api/generated/operations";
import { retryOptions } from "../../../../api/useStableQuery";
import type { Extra } from "../view/columns";
import { extrasVariables, type ExtrasVariables } from "./extras";

export type Row = {
  funnel: RowFunnelFragment;
  /** Of columns on demand: absent where they are not asked for. */
  responseTime?: { median: number | null };
  messagesOverTime?: number[];
  /** Its earlier numbers; null where the earlier period has no data. */
  before?: RowFunnelFragment | null | undefined;
};

/** A page of rows, as the API returns it. */
export type Rows<R extends Row> = {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: R[];
};

type RowsVariables = {
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
} & ExtrasVariables;

export type RowsDocument<R extends Row> = TypedDocumentString<
  { campaignAnalytics: { rows: Rows<R> } | null },
  RowsVariables
>;

type Asked<R extends Row> = {
  document: RowsDocument<R>;
  filter: CampaignAnalyticsFilter;
  order: PerformanceOrder;
  extras: Extra[];
};

export const PAGE = 200; // rows: the API's largest page

/** The most rows that are loaded of a table, for a search in it or a copy of it. */
export const MAX_ROWS = 2_000;

/** Load the rows of a table, page by page, up to `MAX_ROWS`. `total` counts those beyond them too. */
export async function loadAllRows<R extends Row>(
  api: Api,
  { document, filter, order, extras }: Asked<R>,
  signal?: AbortSignal,
) {
  const nodes: R[] = [];
  let total = 0;
  let after: string | null = null;
  do {
    const page = { filter, orderBy: order, first: PAGE, after };
    const variables: RowsVariables = { ...page, ...extrasVariables(extras, filter) };
    const rows = (await api.request(document, variables, signal)).campaignAnalytics?.rows;
    if (!rows) break;
    nodes.push(...rows.nodes);
    total = rows.totalCount;
    after = rows.pageInfo.hasNextPage ? rows.pageInfo.endCursor : null;
  } while (after !== null && nodes.length < MAX_ROWS);
  return { nodes, total };
}

/** Ask for all rows of a table while `enabled`; a newer view asks again. */
export function useAllRows<R extends Row>(asked: Asked<R>, viewReceivedAt: number, enabled: boolean) {
  const api = useApi();
  const { document, filter, order, extras } = asked;
  return useQuery<{ nodes: R[]; total: number }, ApiError>({
    queryKey: [operationName(document), "all", filter, order, extras, viewReceivedAt],
    queryFn: ({ signal }) => loadAllRows(api, asked, signal),
    enabled,
    staleTime: Infinity,
    placeholderData: (before) => before,
    ...retryOptions,
  });
}
