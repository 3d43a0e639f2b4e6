import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { Table } from "@mantine/core";
import { useState, type ReactNode } from "react";
import type {
  CampaignAnalyticsFilter,
  PerformanceOrder,
  PerformanceOrderField,
  RowFunnelFragment,
} from "../api/generated/operations";
import { useAnswer } from "../api/useAnswer";
import { Card } from "../shell/Card";
import { Pager, usePaging } from "../shell/Pager";
import { useTexts } from "../texts";
import type { Shown } from "../texts/definitions.es";
import { NUMBERS } from "./columns";
import classes from "./PerformanceTable.module.css";
import { SortableHeader } from "./SortableHeader";

export const PAGE = 10; // rows

export type Row = { funnel: RowFunnelFragment };

export type Rows<R extends Row> = {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: R[];
};

export type NameColumn<R> = { header: string; field?: PerformanceOrderField; cell: (row: R) => ReactNode };

type Variables = {
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
};

type Props<R extends Row> = {
  title: string;
  definition: Shown;
  area: string;
  document: TypedDocumentNode<{ campaignAnalytics: { rows: Rows<R> } | null }, Variables>;
  filter: CampaignAnalyticsFilter;
  /** The first page in the first order: most messages sent first. */
  first: Rows<R>;
  names: NameColumn<R>[];
  idOf: (row: R) => string;
};

const FIRST_ORDER: PerformanceOrder = { field: "SENT", direction: "DESC" };

/** A table of the funnel by something, sorted and paged by the API. */
export function PerformanceTable<R extends Row>({ title, definition, area, names, idOf, ...source }: Props<R>) {
  const { t } = useTexts();
  const { rows, order, sort, waiting, paging } = useRows(source);
  return (
    <Card title={title} definition={definition} area={area}>
      <Table.ScrollContainer minWidth={560} type="native" scrollAreaProps={{ tabIndex: 0 }}>
        <Table className={classes.table} data-waiting={waiting || undefined} aria-label={title} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {names.map(({ header, field }) => (
                <SortableHeader key={header} name={header} field={field} order={order} sort={sort} />
              ))}
              {NUMBERS.map(({ key, field }) => (
                <SortableHeader key={key} name={t.tables[key]} field={field} order={order} sort={sort} numeric />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.nodes.map((row) => (
              <Table.Tr key={idOf(row)}>
                {names.map(({ header, cell }) => (
                  <Table.Td key={header}>{cell(row)}</Table.Td>
                ))}
                <Numbers funnel={row.funnel} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Pager title={title} rows={rows} size={PAGE} paging={paging} />
    </Card>
  );
}

function useRows<R extends Row>({ document, filter, first }: Pick<Props<R>, "document" | "filter" | "first">) {
  const [order, setOrder] = useState(FIRST_ORDER);
  const paging = usePaging();
  const initial = order === FIRST_ORDER && paging.page === 0;
  const variables = { filter, orderBy: order, first: PAGE, after: paging.after };
  const { data, waiting } = useAnswer(document, variables, { pause: initial });
  const rows = (initial ? undefined : data?.campaignAnalytics?.rows) ?? first;
  const sort = (field: PerformanceOrderField) => {
    const downFirst = field !== "NAME";
    const again = order.field === field && order.direction === (downFirst ? "DESC" : "ASC");
    setOrder({ field, direction: again === downFirst ? "ASC" : "DESC" });
    paging.reset();
  };
  return { rows, order, sort, waiting: waiting && !initial, paging };
}

function Numbers({ funnel }: { funnel: RowFunnelFragment }) {
  const { f } = useTexts();
  return NUMBERS.map(({ key, value, isRate }) => {
    const number = value(funnel);
    return (
      <Table.Td key={key} className={classes.number} data-column={key}>
        {isRate ? f.rate(number) : f.count(number ?? 0)}
        {isRate && (
          <span className={classes.bar} aria-hidden="true">
            <span style={{ width: `${100 * (number ?? 0)}%` }} />
          </span>
        )}
      </Table.Td>
    );
  });
}
