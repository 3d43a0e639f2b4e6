import { useState } from "react";
import type {
  CampaignAnalyticsFilter,
  PerformanceOrder,
  PerformanceOrderField,
} from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import type { Paging } from "../../../../components/Pager";
import type { TableView } from "../view/tableView";
import type { Row, Rows, RowsDocument } from "./allRows";
import { extrasVariables, needsRead } from "./extras";
import type { ComparedWith, EarlierDocument } from "./useEarlierRows";
import { FIRST_PAGE, isSameOrder, isSamePage, orderAfter, type PagePosition } from "./pagePosition";

export type TableSource<R extends Row> = {
  document: RowsDocument<R>;
  /** The document of the same rows in the earlier period. */
  earlierDocument: EarlierDocument;
  compared: ComparedWith | undefined;
  filter: CampaignAnalyticsFilter;
  /** The first page in the first order, where it comes with the view. */
  firstRows: Rows<R> | undefined;
  viewReceivedAt: number;
};

type Chosen = Pick<TableView, "order" | "size" | "extras"> & {
  onOrder: (order: PerformanceOrder) => void;
  enabled: boolean;
};

/** Return a page of rows, and the functions that go to another page or order. */
export function useTableRows<R extends Row>(
  { document, filter, firstRows, viewReceivedAt }: TableSource<R>,
  { order, size, extras, onOrder, enabled }: Chosen,
) {
  const key = JSON.stringify([filter, order, size]); // a page holds for these only
  const [choice, setChoice] = useState<{ key: string; cursors: string[] }>({ key, cursors: [] });
  const chosen: PagePosition = { order, size, cursors: choice.key === key ? choice.cursors : [] };
  const page = { filter, orderBy: order, first: size, after: chosen.cursors.at(-1) ?? null };
  const variables = { ...page, ...extrasVariables(extras, filter) };
  const initialRows = !needsRead(extras) && isSamePage(chosen, FIRST_PAGE) ? firstRows : undefined;
  const { answer, isPending, error, refetch } = useStableQuery(document, variables, {
    enabled,
    part: {
      choice: chosen,
      viewReceivedAt,
      initialData: initialRows && { campaignAnalytics: { rows: initialRows } },
    },
  });
  // The position is that of the rows on show, so header and pager agree with them while others are on their way.
  const position = answer?.choice ?? chosen;
  const { cursors } = position;

  const isOfChoice = isSamePage({ ...position, cursors: chosen.cursors }, chosen); // cursors hold in one order only
  const turnTo = (next: string[]) => {
    if (!isOfChoice || isSamePage({ ...chosen, cursors: next }, chosen)) refetch();
    else setChoice({ key, cursors: next });
  };
  const paging: Paging = {
    after: cursors.at(-1) ?? null,
    page: cursors.length,
    reset: () => turnTo([]),
    previous: () => turnTo(cursors.slice(0, -1)),
    next: ({ pageInfo }) => turnTo([...cursors, pageInfo.endCursor ?? ""]),
  };
  const sort = (field: PerformanceOrderField) => {
    const next = orderAfter(field, position.order);
    if (isSameOrder(next, order)) refetch();
    else onOrder(next);
  };
  const rows = answer?.data.campaignAnalytics?.rows;
  return { rows, order: position.order, size: position.size, sort, isPending, error, refetch, paging };
}
