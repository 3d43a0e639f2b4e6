import { useState } from "react";
import type { Paging } from "../../../../components/Pager";
import { fold } from "../../../../lib/folding";
import type { TableView } from "../view/tableView";
import { useAllRows, type Row, type Rows } from "./allRows";
import { sumFunnels } from "./sums";
import type { TableSource } from "./useTableRows";

const NONE: never[] = [];

/** Rows without messages, which come after all others; those that have messages after all are left out. */
export type OtherRows<R extends Row> = { rows: R[]; keyOf: (row: R) => string };

/** Return rows with the others after them. */
export const withOthers = <R extends Row>(nodes: R[], { rows, keyOf }: OtherRows<R>): R[] => {
  const keys = new Set(nodes.map(keyOf));
  return [...nodes, ...rows.filter((row) => !keys.has(keyOf(row)))];
};

/**
 * Return a page of the rows whose names have the reader's text, and their sum. Nothing is asked for without a text or
 * other rows.
 *
 * The API does not search in tables: all rows are loaded, up to a bound, and searched here.
 */
export function useFoundRows<R extends Row>(
  { document, filter, viewReceivedAt }: TableSource<R>,
  { order, size, find, extras }: TableView,
  namesOf: (row: R) => string[],
  others: OtherRows<R> | undefined,
) {
  const query = useAllRows({ document, filter, order, extras }, viewReceivedAt, find !== "" || others !== undefined);
  const key = JSON.stringify([filter, order, size, find]);
  const [choice, setChoice] = useState({ key, page: 0 });
  const page = choice.key === key ? choice.page : 0;
  const loaded = query.data?.nodes ?? NONE;
  const nodes = others ? withOthers<R>(loaded, others) : loaded;
  const text = fold(find.trim());
  const found = nodes.filter((row) => namesOf(row).some((name) => fold(name).includes(text)));
  const total = sumFunnels(found.map(({ funnel }) => funnel));
  const turnTo = (next: number) => setChoice({ key, page: next });
  const paging: Paging = {
    after: null,
    page,
    reset: () => turnTo(0),
    previous: () => turnTo(page - 1),
    next: () => turnTo(page + 1),
  };
  const rows: Rows<R> | undefined = query.data && {
    totalCount: found.length,
    pageInfo: { hasNextPage: (page + 1) * size < found.length, endCursor: null },
    nodes: found.slice(page * size, (page + 1) * size),
  };
  return {
    rows,
    total,
    /** True where there are rows beyond those that were searched. */
    isCut: query.data !== undefined && query.data.total > query.data.nodes.length,
    isPending: query.isFetching,
    error: query.failureReason,
    refetch: () => void query.refetch(),
    paging,
  };
}
