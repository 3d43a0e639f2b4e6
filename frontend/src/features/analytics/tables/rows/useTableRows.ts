import { useState } from "react";
import type {
  CampaignAnalyticsFilter,
  PerformanceOrder,
  PerformanceOrderField,
  RowFunnelFragment,
  TypedDocumentString,
} from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import type { Paging } from "../../../../components/Pager";
import { PAGE_SIZE } from "../view/columns";
import { FIRST_PAGE, isSamePage, sortedBy, type PagePosition } from "./pagePosition";

export type Row = { funnel: RowFunnelFragment };

/** A page of rows, as the API returns it. */
export type Rows<R extends Row> = {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: R[];
};

type Variables = {
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
};

export type TableSource<R extends Row> = {
  document: TypedDocumentString<{ campaignAnalytics: { rows: Rows<R> } | null }, Variables>;
  filter: CampaignAnalyticsFilter;
  /** The first page in the first order, where it comes with the view. */
  firstRows: Rows<R> | undefined;
  viewReceivedAt: number;
};

/** Return a page of rows, and the functions that go to another page or order. */
export function useTableRows<R extends Row>({ document, filter, firstRows, viewReceivedAt }: TableSource<R>) {
  const filterKey = JSON.stringify(filter);
  const [choice, setChoice] = useState({ filterKey, page: FIRST_PAGE });
  const chosen = choice.filterKey === filterKey ? choice.page : FIRST_PAGE; // a page holds for its filter only
  const setChosen = (page: PagePosition) => setChoice({ filterKey, page });
  const variables = { filter, orderBy: chosen.order, first: PAGE_SIZE, after: chosen.cursors.at(-1) ?? null };
  const { answer, isPending, error, refetch } = useStableQuery(document, variables, {
    part: {
      choice: chosen,
      viewReceivedAt,
      initialData: firstRows && isSamePage(chosen, FIRST_PAGE) ? { campaignAnalytics: { rows: firstRows } } : undefined,
    },
  });
  // The position is that of the rows on show, so header and pager agree with them while others are on their way.
  const position = answer?.choice ?? FIRST_PAGE;
  const { order, cursors } = position;

  const goTo = (page: PagePosition) => (isSamePage(page, chosen) ? refetch() : setChosen(page));
  const paging: Paging = {
    after: cursors.at(-1) ?? null,
    page: cursors.length,
    reset: () => goTo({ order, cursors: [] }),
    previous: () => goTo({ order, cursors: cursors.slice(0, -1) }),
    next: ({ pageInfo }) => goTo({ order, cursors: [...cursors, pageInfo.endCursor ?? ""] }),
  };
  return {
    rows: answer?.data.campaignAnalytics?.rows ?? firstRows,
    order,
    sort: (field: PerformanceOrderField) => goTo(sortedBy(field, position)),
    isPending,
    error,
    refetch,
    paging,
  };
}
