import type { ReactNode } from "react";
import type { PerformanceOrderField } from "../../../../api/generated/operations";
import { Card } from "../../../../components/Card";
import { CardMenu } from "../../../../components/CardMenu";
import { Pager } from "../../../../components/Pager";
import { Banner } from "../../../../components/states/Banner";
import { ErrorState } from "../../../../components/states/ErrorState";
import { Loading } from "../../../../components/states/Loading";
import type { DefinedField } from "../../../../i18n/definitions.es";
import { useI18n } from "../../../../i18n/I18nProvider";
import { MAX_ROWS, type Row } from "../rows/allRows";
import { orderAfter } from "../rows/pagePosition";
import { useFoundRows } from "../rows/useFoundRows";
import { useTableRows, type TableSource } from "../rows/useTableRows";
import { PAGE_SIZES, type TableView } from "../view/tableView";
import { ColumnChoice } from "./ColumnChoice";
import { NameSearch } from "./NameSearch";
import classes from "./PerformanceTable.module.css";
import { RowsTable, type RowShape } from "./RowsTable";
import { useTableFiles } from "./useTableFiles";

type Props<R extends Row> = TableSource<R> &
  RowShape<R> & {
    definition: DefinedField;
    area: string;
    onView: (changes: Partial<TableView>) => void;
    /** Absent: the rows have no columns on demand. */
    hasExtras?: boolean;
    /** Rows without messages, after all others; absent where they are not shown. */
    others?: R[] | undefined;
    /** More controls, and what stands beneath the rows. */
    controls?: ReactNode;
    below?: ReactNode;
  };

/** The funnel by agent, department, template or account, sorted and paged by the API. */
export function PerformanceTable<R extends Row>(props: Props<R>) {
  const { title, definition, area, onView, total, nameColumns, rowKey, identify, ...source } = props;
  const { hasExtras = false, others, controls, below } = props;
  const view = hasExtras ? props.view : { ...props.view, extras: [] };
  const { t, format } = useI18n();
  const otherRows = others && { rows: others, keyOf: rowKey };
  const isFinding = view.find !== "" || others !== undefined; // all rows are loaded, and paged here
  const paged = useTableRows(source, {
    ...view,
    enabled: !isFinding,
    onOrder: (order) => onView({ order }),
  });
  const found = useFoundRows(source, view, (row) => nameColumns.map(({ text }) => text(row)), otherRows);
  const files = useTableFiles(source, view, nameColumns, otherRows);
  const order = isFinding ? view.order : paged.order;
  const sort = (field: PerformanceOrderField) =>
    isFinding ? onView({ order: orderAfter(field, order) }) : paged.sort(field);
  const { isPending, error, refetch, paging } = isFinding ? found : paged;
  const rows = isFinding && found.rows ? found.rows : paged.rows;
  const size = isFinding ? view.size : paged.size;
  const hasSearch = isFinding || (rows?.totalCount ?? 0) > (PAGE_SIZES[0] ?? 0);
  return (
    <Card
      title={title}
      definition={definition}
      area={area}
      controls={
        <>
          {controls}
          {hasSearch && <NameSearch title={title} find={view.find} onFind={(find) => onView({ find })} />}
          <ColumnChoice title={title} view={view} hasExtras={hasExtras} onChange={onView} />
          <CardMenu title={title} {...files} />
        </>
      }
    >
      {error && rows && <Banner text={t.tables.failed} action={t.states.retry} onAction={refetch} />}
      {!rows ? (
        error ? (
          <ErrorState error={error} retry={refetch} />
        ) : (
          <Loading />
        )
      ) : (
        <>
          <RowsTable
            {...{ title, view, total, nameColumns, rowKey, identify, order, sort, isPending }}
            rows={rows.nodes}
            found={view.find !== "" && found.rows ? found.total : undefined}
          />
          {isFinding && found.rows && (
            <p role="status" className={classes.status}>
              {rows.totalCount === 0 && t.filters.none}
              {found.isCut && ` ${t.tables.cut(format.count(MAX_ROWS))}`}
            </p>
          )}
          <Pager
            title={title}
            rows={rows}
            size={size}
            paging={paging}
            sizes={{ all: PAGE_SIZES, onChange: (size) => onView({ size }) }}
          />
          {below}
        </>
      )}
    </Card>
  );
}
