import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useApi } from "../../../../api/ApiProvider";
import { operationName, type Api } from "../../../../api/client";
import type { ApiError } from "../../../../api/errors";
import type { CampaignAnalyticsFilter, Comparison, TypedDocumentString } from "../../../../api/generated/operations";
import { retryOptions } from "../../../../api/useStableQuery";
import type { RowIds } from "../../messages/number/messageSet";
import { MAX_ROWS, PAGE, type Row } from "./allRows";
import { earlierFunnels, narrowedToRows, type EarlierRow } from "./earlier";

type EarlierPage = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: EarlierRow[] };

type EarlierAnswer = { campaignAnalytics: { previousPeriod: { rows: EarlierPage } | null } | null };

type Asked = { filter: CampaignAnalyticsFilter; comparison: Comparison };

export type EarlierDocument = TypedDocumentString<
  EarlierAnswer,
  Asked & { first: number; after?: string | null | undefined }
>;

/** The earlier period of a view; `isCovered` is false where the data begins in its middle, or after it. */
export type ComparedWith = { comparison: Comparison; isCovered: boolean };

/** Load the earlier rows of a filter, page by page, up to `MAX_ROWS`. */
export async function loadEarlierRows(
  api: Api,
  document: EarlierDocument,
  { filter, comparison }: Asked,
  signal?: AbortSignal,
): Promise<EarlierRow[]> {
  const loaded: EarlierRow[] = [];
  let after: string | null = null;
  do {
    const page: Asked & { first: number; after: string | null } = { filter, comparison, first: PAGE, after };
    const { campaignAnalytics }: EarlierAnswer = await api.request(document, page, signal);
    const rows: EarlierPage | undefined = campaignAnalytics?.previousPeriod?.rows;
    if (!rows) break;
    loaded.push(...rows.nodes);
    after = rows.pageInfo.hasNextPage ? rows.pageInfo.endCursor : null;
  } while (after !== null && loaded.length < MAX_ROWS);
  return loaded;
}

type Input<R extends Row> = {
  document: EarlierDocument;
  filter: CampaignAnalyticsFilter;
  viewReceivedAt: number;
  /** Undefined where the column is not shown, or nothing is compared. */
  compared: ComparedWith | undefined;
  idsOf: (row: R) => RowIds;
};

const NONE: never[] = [];

/** Return rows with their earlier numbers, which are asked for of these rows only, and after them. */
export function useEarlierRows<R extends Row>(
  rows: R[] | undefined,
  { document, filter, viewReceivedAt, compared, idsOf }: Input<R>,
) {
  const api = useApi();
  const ids = (rows ?? NONE).map(idsOf);
  const asked = { filter: narrowedToRows(filter, ids), comparison: compared?.comparison ?? "DAYS_BEFORE" };
  const isCovered = compared?.isCovered ?? false;
  const { data, failureReason, refetch } = useQuery<EarlierRow[], ApiError>({
    queryKey: [operationName(document), asked, viewReceivedAt],
    queryFn: ({ signal }) => loadEarlierRows(api, document, asked, signal),
    enabled: isCovered && ids.length > 0,
    staleTime: Infinity,
    ...retryOptions,
  });
  const find = useMemo(() => data && earlierFunnels(data), [data]);
  const before = (row: R) => (compared && !isCovered ? null : find?.(idsOf(row)));
  return {
    rows: compared && rows ? rows.map((row) => ({ ...row, before: before(row) })) : rows,
    error: isCovered ? failureReason : null,
    refetch: () => void refetch(),
  };
}
