import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { Table } from "@mantine/core";
import { useState, type ReactNode } from "react";
import type {
  CampaignAnalyticsFilter,
  PerformanceOrder,
  PerformanceOrderField,
  RowFunnelFragment,
} from "../../../api/generated/operations";
import { useAnswer } from "../../../api/useAnswer";
import { useFollowing } from "../../../api/useFollowing";
import { useKept } from "../../../api/useKept";
import { Card } from "../../../components/Card";
import { Notice } from "../../../components/states/Banner";
import { Pager, type Paging } from "../../../components/Pager";
import { useTexts } from "../../../i18n/I18nProvider";
import type { Shown } from "../../../i18n/definitions.es";
import { NUMBERS } from "./columns";
import classes from "./PerformanceTable.module.css";
import { SortableHeader } from "./SortableHeader";
import { PAGE } from "../viewQuery";

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

/** A table of the funnel by something, sorted and paged by the API. */
export function PerformanceTable<R extends Row>({ title, definition, area, names, idOf, ...source }: Props<R>) {
  const { t } = useTexts();
  const { rows, order, sort, waiting, failed, retry, paging } = useRows(source);
  return (
    <Card title={title} definition={definition} area={area}>
      {failed && <Notice text={t.tables.failed} action={t.states.retry} onAction={retry} />}
      {/* Focusable, so that keys can scroll it. */}
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={title}>
        <Table
          role="table"
          className={classes.table}
          data-waiting={waiting || undefined}
          aria-busy={waiting}
          aria-label={title}
          highlightOnHover
        >
          <Table.Thead role="rowgroup">
            <Table.Tr role="row">
              {names.map(({ header, field }) => (
                <SortableHeader key={header} name={header} field={field} order={order} sort={sort} />
              ))}
              {NUMBERS.map(({ key, field }) => (
                <SortableHeader
                  key={key}
                  name={t.tables[key]}
                  short={t.tables.short[key]}
                  definition={`Funnel.${key}`}
                  field={field}
                  order={order}
                  sort={sort}
                />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody role="rowgroup">
            {rows.nodes.map((row) => (
              <Table.Tr role="row" key={idOf(row)}>
                {names.map(({ header, cell }) => (
                  <Table.Td role="cell" key={header}>
                    {cell(row)}
                  </Table.Td>
                ))}
                <Numbers funnel={row.funnel} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Pager title={title} rows={rows} size={PAGE} paging={paging} />
    </Card>
  );
}

/** Which page in which order. */
type Place = { order: PerformanceOrder; cursors: string[] };

const FIRST_PLACE: Place = { order: { field: "SENT", direction: "DESC" }, cursors: [] };

function useRows<R extends Row>({ document, filter, first }: Pick<Props<R>, "document" | "filter" | "first">) {
  const [asked, setAsked] = useState(FIRST_PLACE);
  const initial = asked === FIRST_PLACE;
  const variables = { filter, orderBy: asked.order, first: PAGE, after: asked.cursors.at(-1) ?? null };
  const { current, waiting, trouble, retry } = useAnswer(document, variables, { pause: initial });
  const found = initial ? first : (current?.campaignAnalytics?.rows ?? undefined);
  // What the header and the pager say is of the rows beneath them, not of those that were asked for.
  const { choice: shown, value: rows } = useKept(asked, found, { choice: FIRST_PLACE, value: first });

  useFollowing(first, !initial, retry);

  const go = (place: Place) => {
    if (isFirst(place)) setAsked(FIRST_PLACE);
    else if (JSON.stringify(place) === JSON.stringify(asked)) retry();
    else setAsked(place);
  };
  const sort = (field: PerformanceOrderField) => {
    const downFirst = field !== "NAME";
    const { order } = shown;
    const again = order.field === field && order.direction === (downFirst ? "DESC" : "ASC");
    go({ order: { field, direction: again === downFirst ? "ASC" : "DESC" }, cursors: [] });
  };
  const { order, cursors } = shown;
  const paging: Paging = {
    after: cursors.at(-1) ?? null,
    page: cursors.length,
    reset: () => go({ order, cursors: [] }),
    back: () => go({ order, cursors: cursors.slice(0, -1) }),
    on: ({ pageInfo }) => go({ order, cursors: [...cursors, pageInfo.endCursor ?? ""] }),
  };
  return { rows, order, sort, waiting, failed: trouble !== undefined, retry, paging };
}

const isFirst = (place: Place): boolean => JSON.stringify(place) === JSON.stringify(FIRST_PLACE);

function Numbers({ funnel }: { funnel: RowFunnelFragment }) {
  const { f } = useTexts();
  return NUMBERS.map(({ key, value, isRate }) => {
    const number = value(funnel);
    return (
      <Table.Td role="cell" key={key} className={classes.number} data-column={key}>
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
