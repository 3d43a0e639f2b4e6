import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import type { PerformanceOrderField, RowFunnelFragment } from "../../../api/generated/operations";
import { Card } from "../../../components/Card";
import { Pager } from "../../../components/Pager";
import { Banner } from "../../../components/states/Banner";
import type { DefinedField } from "../../../i18n/definitions.es";
import { useI18n } from "../../../i18n/I18nProvider";
import { named, type RowIds } from "../messages/number/messageSet";
import { MessagesButton } from "../messages/number/MessagesButton";
import { NUMBER_COLUMNS, PAGE_SIZE } from "./columns";
import classes from "./PerformanceTable.module.css";
import { SortableHeader } from "./SortableHeader";
import { useTableRows, type Row, type TableSource } from "./useTableRows";

export type NameColumn<R> = { header: string; field?: PerformanceOrderField; cell: (row: R) => ReactNode };

type Props<R extends Row> = TableSource<R> & {
  title: string;
  definition: DefinedField;
  area: string;
  nameColumns: NameColumn<R>[];
  rowKey: (row: R) => string;
  /** The ids and the name of a row, whose messages its numbers open. */
  identify: (row: R) => RowIdentity;
};

type RowIdentity = { ids: RowIds; name: string };

/** The funnel by agent, department or template, sorted and paged by the API. */
export function PerformanceTable<R extends Row>(props: Props<R>) {
  const { title, definition, area, nameColumns, rowKey, identify, ...source } = props;
  const { t } = useI18n();
  const { rows, order, sort, isPending, error, refetch, paging } = useTableRows(source);
  return (
    <Card title={title} definition={definition} area={area}>
      {error && <Banner text={t.tables.failed} action={t.states.retry} onAction={refetch} />}
      {/* Focusable, so that keys can scroll it. */}
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={title}>
        <Table
          role="table"
          className={classes.table}
          data-waiting={isPending || undefined}
          aria-busy={isPending}
          aria-label={title}
          highlightOnHover
        >
          <Table.Thead role="rowgroup">
            <Table.Tr role="row">
              {nameColumns.map(({ header, field }) => (
                <SortableHeader key={header} name={header} field={field} order={order} sort={sort} />
              ))}
              {NUMBER_COLUMNS.map(({ key, field }) => (
                <SortableHeader
                  key={key}
                  name={t.tables[key]}
                  shortName={t.tables.short[key]}
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
              <Table.Tr role="row" key={rowKey(row)}>
                {nameColumns.map(({ header, cell }) => (
                  <Table.Td role="cell" key={header}>
                    {cell(row)}
                  </Table.Td>
                ))}
                <NumberCells funnel={row.funnel} row={identify(row)} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Pager title={title} rows={rows} size={PAGE_SIZE} paging={paging} />
    </Card>
  );
}

function NumberCells({ funnel, row }: { funnel: RowFunnelFragment; row: RowIdentity }) {
  const { format } = useI18n();
  return NUMBER_COLUMNS.map(({ key, value, isRate }) => {
    const number = value(funnel);
    const shown = isRate ? format.rate(number) : format.count(number ?? 0);
    const count = isRate ? {} : { count: number ?? 0 };
    return (
      <Table.Td role="cell" key={key} className={classes.number} data-column={key}>
        {number ? <MessagesButton counted={named(key)} row={row.ids} of={row.name} shown={shown} {...count} /> : shown}
        {isRate && (
          <span className={classes.bar} aria-hidden="true">
            <span style={{ width: `${100 * (number ?? 0)}%` }} />
          </span>
        )}
      </Table.Td>
    );
  });
}
