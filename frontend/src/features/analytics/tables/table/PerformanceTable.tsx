import { Table } from "@mantine/core";
import type { MouseEvent, ReactNode } from "react";
import type { PerformanceOrderField, RowFunnelFragment } from "../../../../api/generated/operations";
import { Card } from "../../../../components/Card";
import { Pager } from "../../../../components/Pager";
import { Banner } from "../../../../components/states/Banner";
import { ErrorState } from "../../../../components/states/ErrorState";
import { Loading } from "../../../../components/states/Loading";
import type { DefinedField } from "../../../../i18n/definitions.es";
import { useI18n } from "../../../../i18n/I18nProvider";
import { named, type RowIds } from "../../messages/number/messageSet";
import { MessagesButton } from "../../messages/number/MessagesButton";
import { NUMBER_COLUMNS, PAGE_SIZE } from "../view/columns";
import classes from "./PerformanceTable.module.css";
import { SortableHeader } from "./SortableHeader";
import { useTableRows, type Row, type TableSource } from "../rows/useTableRows";

export type NameColumn<R> = { header: string; field?: PerformanceOrderField; cell: (row: R) => ReactNode };

type Props<R extends Row> = TableSource<R> & {
  title: string;
  definition: DefinedField;
  area: string;
  /** The numbers of all rows, of every page. */
  total: RowFunnelFragment;
  nameColumns: NameColumn<R>[];
  rowKey: (row: R) => string;
  /** The ids and the name of a row, whose messages its numbers open. */
  identify: (row: R) => RowIdentity;
};

type RowIdentity = { ids: RowIds; name: string };

/** The funnel by agent, department, template or account, sorted and paged by the API. */
export function PerformanceTable<R extends Row>(props: Props<R>) {
  const { title, definition, area, total, nameColumns, rowKey, identify, ...source } = props;
  const { t } = useI18n();
  const { rows, order, sort, isPending, error, refetch, paging } = useTableRows(source);
  return (
    <Card title={title} definition={definition} area={area}>
      {error && rows && <Banner text={t.tables.failed} action={t.states.retry} onAction={refetch} />}
      {!rows ? (
        error ? (
          <ErrorState error={error} retry={refetch} />
        ) : (
          <Loading />
        )
      ) : (
        <>
          {/* Focusable, so that keys can scroll it. */}
          <div className={classes.scroll} tabIndex={0} role="group" aria-label={title}>
            <Table
              role="table"
              className={classes.table}
              data-waiting={isPending || undefined}
              data-names={nameColumns.length}
              aria-busy={isPending}
              aria-label={title}
            >
              <Table.Thead role="rowgroup">
                <Table.Tr role="row">
                  {nameColumns.map(({ header, field }) => (
                    <SortableHeader key={header} name={header} field={field} order={order} sort={sort} />
                  ))}
                  {NUMBER_COLUMNS.map(({ key, field }) => (
                    <SortableHeader
                      key={key}
                      name={t.tables.columns[key]}
                      column={key}
                      field={field}
                      order={order}
                      sort={sort}
                    />
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody role="rowgroup">
                {rows.nodes.map((row) => (
                  <Table.Tr role="row" key={rowKey(row)} onClick={followFirstLink}>
                    {nameColumns.map(({ header, cell }) => (
                      <Table.Td role="cell" key={header}>
                        {cell(row)}
                      </Table.Td>
                    ))}
                    <NumberCells funnel={row.funnel} row={identify(row)} hasBars />
                  </Table.Tr>
                ))}
              </Table.Tbody>
              <Table.Tfoot role="rowgroup">
                <Table.Tr role="row">
                  <Table.Th role="rowheader" scope="row" colSpan={nameColumns.length}>
                    {t.tables.total}
                  </Table.Th>
                  <NumberCells funnel={total} row={{ ids: {}, name: t.tables.total }} />
                </Table.Tr>
              </Table.Tfoot>
            </Table>
          </div>
          <Pager title={title} rows={rows} size={PAGE_SIZE} paging={paging} />
        </>
      )}
    </Card>
  );
}

/** Do for a click anywhere on a row what its name does, unless somebody marks its text. */
function followFirstLink(event: MouseEvent<HTMLTableRowElement>) {
  if (event.target instanceof Element && event.target.closest("a, button")) return;
  if (getSelection()?.isCollapsed === false) return;
  event.currentTarget.querySelector("a")?.click();
}

type NumberCellsProps = { funnel: RowFunnelFragment; row: RowIdentity; hasBars?: boolean };

function NumberCells({ funnel, row, hasBars = false }: NumberCellsProps) {
  const { format } = useI18n();
  return NUMBER_COLUMNS.map(({ key, value, isRate }) => {
    const number = value(funnel);
    const shown = isRate ? format.rate(number) : format.count(number ?? 0);
    const count = isRate ? {} : { count: number ?? 0 };
    const counted = key === "messages" ? "all" : key;
    return (
      <Table.Td role="cell" key={key} className={classes.number} data-column={key} data-step={key}>
        {number ? (
          <MessagesButton counted={named(counted)} row={row.ids} of={row.name} shown={shown} {...count} />
        ) : (
          shown
        )}
        {isRate && hasBars && (
          <span className={classes.bar} aria-hidden="true">
            <span style={{ width: `${100 * (number ?? 0)}%` }} />
          </span>
        )}
      </Table.Td>
    );
  });
}
