import { Table } from "@mantine/core";
import type { MouseEvent, ReactNode } from "react";
import type { PerformanceOrder, PerformanceOrderField } from "../../../../api/generated/operations";
import { useI18n } from "../../../../i18n/I18nProvider";
import type { Row } from "../rows/allRows";
import { ExtraCells, ExtraHeaders } from "./cells/ExtraCells";
import { NUMBER_COLUMNS } from "../view/columns";
import type { TableView } from "../view/tableView";
import { NumberCells, type RowIdentity } from "./cells/NumberCells";
import classes from "./PerformanceTable.module.css";
import { SortableHeader } from "./SortableHeader";

const MAX_WIDE_COLUMNS = 6; // with their whole names

// Beside each other on a phone; more begin another line.
const MAX_PHONE_COLUMNS = { plain: 6, wide: 4 };

export type NameColumn<R> = {
  header: string;
  field?: PerformanceOrderField;
  cell: (row: R) => ReactNode;
  /** The cell's name as text, which is searched and saved. */
  text: (row: R) => string;
};

/** The rows of a table: their names and numbers. */
export type RowShape<R extends Row> = {
  title: string;
  view: TableView;
  /** The sum of all rows, of every page. */
  total: Row;
  nameColumns: NameColumn<R>[];
  rowKey: (row: R) => string;
  identify: (row: R) => RowIdentity;
};

type Props<R extends Row> = RowShape<R> & {
  rows: R[];
  order: PerformanceOrder;
  sort: (field: PerformanceOrderField) => void;
  isPending: boolean;
  /** The sum of the rows that a search found; undefined without one. */
  found: Row | undefined;
};

/** A page of a table's rows beneath their headers, and above their sum. */
export function RowsTable<R extends Row>(props: Props<R>) {
  const { title, view, total, nameColumns, rowKey, identify, rows, order, sort, isPending, found } = props;
  const { t } = useI18n();
  const columns = NUMBER_COLUMNS.filter(({ key }) => view.columns.includes(key));
  const isMarked = view.marks.length > 0;
  const columnCount = columns.length + view.extras.length;
  const phoneColumns = Math.min(columnCount, MAX_PHONE_COLUMNS[isMarked || view.extras.length > 0 ? "wide" : "plain"]);
  const style = { "--columns": columnCount, "--phone-columns": phoneColumns };
  const names = nameColumns.length;
  return (
    // Focusable, so that keys can scroll it.
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={title}>
      <Table
        role="table"
        className={classes.table}
        style={style}
        data-waiting={isPending || undefined}
        data-names={names}
        data-six={phoneColumns === 6 || undefined}
        data-marked={isMarked || undefined}
        data-many={columnCount > MAX_WIDE_COLUMNS || undefined}
        aria-busy={isPending}
        aria-label={title}
      >
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {nameColumns.map(({ header, field }) => (
              <SortableHeader key={header} name={header} field={field} order={order} sort={sort} />
            ))}
            {columns.map((column) => (
              <SortableHeader
                key={column.key}
                name={t.tables.columns[column.key]}
                column={column}
                field={column.field}
                order={order}
                sort={sort}
              />
            ))}
            <ExtraHeaders extras={view.extras} order={order} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {rows.map((row) => (
            <Table.Tr role="row" key={rowKey(row)} onClick={followFirstLink}>
              {nameColumns.map(({ header, cell }) => (
                <Table.Td role="cell" key={header}>
                  {cell(row)}
                </Table.Td>
              ))}
              <NumberCells funnel={row.funnel} row={identify(row)} view={view} total={total.funnel} />
              <ExtraCells extras={view.extras} order={order} row={row} />
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot role="rowgroup">
          <Table.Tr role="row">
            <Table.Th role="rowheader" scope="row" colSpan={names}>
              {found ? t.tables.found : t.tables.total}
            </Table.Th>
            {found ? (
              <NumberCells funnel={found.funnel} view={view} />
            ) : (
              <NumberCells funnel={total.funnel} row={{ ids: {}, name: t.tables.total }} view={view} />
            )}
            <ExtraCells extras={view.extras} order={order} row={found ?? total} />
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </div>
  );
}

/** Do for a click anywhere on a row what its name does, unless somebody marks its text. */
function followFirstLink(event: MouseEvent<HTMLTableRowElement>) {
  if (event.target instanceof Element && event.target.closest("a, button")) return;
  if (getSelection()?.isCollapsed === false) return;
  event.currentTarget.querySelector("a")?.click();
}
