import type { ReactNode } from "react";
import type { PerformanceOrderField } from "../../../../api/generated/operations";
import { Card } from "../../../../components/Card";
import { CardMenu } from "../../../../components/CardMenu";
import { Pager } from "../../../../components/Pager";
import { Banner } from "../../../../components/states/Banner";
import { ErrorState } from "../../../../components/states/ErrorState";
import { Loading } from "../../../../components/states/Loading";
import type { DefinedField } from "../../../../i18n/definitions.es";
import { usePrinting, usePrintPreparing } from "../../../../hooks/usePrinting";
import { useI18n } from "../../../../i18n/I18nProvider";
import { MAX_ROWS, type Row } from "../rows/allRows";
import { orderAfter } from "../rows/pagePosition";
import { useEarlierRows } from "../rows/useEarlierRows";
import { useFoundRows } from "../rows/useFoundRows";
import { useTableRows, type TableSource } from "../rows/useTableRows";
import { EXTRAS, type Extra } from "../view/columns";
import { PAGE_SIZES, PAPER_SIZE, type TableView } from "../view/tableView";
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
    /** The columns on demand that the rows can have. */
    possible?: readonly Extra[];
    /** Rows without messages, after all others; absent where they are not shown. */
    others?: R[] | undefined;
    /** More controls, and what stands beneath the rows. */
    controls?: ReactNode;
    below?: ReactNode;
  };

/** The funnel by agent, department, template or account, sorted and paged by the API. */
export function PerformanceTable<R extends Row>(props: Props<R>) {
  const { title, definition, area, onView, total, nameColumns, rowKey, identify, ...source } = props;
  const { possible = EXTRAS, others, controls, below } = props;
  const offered = possible.filter((extra) => extra !== "before" || source.compared);
  const isPreparing = usePrintPreparing();
  const isPrinting = usePrinting();
  const view = {
    ...props.view,
    ...(isPreparing && { size: PAPER_SIZE }),
    extras: props.view.extras.filter((extra) => offered.includes(extra)),
  };
  const { t, format } = useI18n();
  const otherRows = others && { rows: others, keyOf: rowKey };
  const isFinding = view.find !== "" || others !== undefined; // all rows are loaded, and paged here
  const paged = useTableRows(source, {
    ...view,
    enabled: !isFinding,
    onOrder: (order) => onView({ order }),
  });
  const found = useFoundRows(source, view, (row) => nameColumns.map(({ text }) => text(row)), otherRows);
  const files = useTableFiles(source, view, { nameColumns, idsOf: (row) => identify(row).ids }, otherRows);
  const order = isFinding ? view.order : paged.order;
  const sort = (field: PerformanceOrderField) =>
    isFinding ? onView({ order: orderAfter(field, order) }) : paged.sort(field);
  const { isPending, error, refetch, paging } = isFinding ? found : paged;
  const rows = isFinding && found.rows ? found.rows : paged.rows;
  const earlier = useEarlierRows(rows?.nodes, {
    document: source.earlierDocument,
    ...{ filter: source.filter, viewReceivedAt: source.viewReceivedAt },
    compared: view.extras.includes("before") ? source.compared : undefined,
    idsOf: (row) => identify(row).ids,
  });
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
          <ColumnChoice title={title} view={view} offered={offered} onChange={onView} />
          <CardMenu title={title} {...files} />
        </>
      }
    >
      {error && rows && <Banner text={t.tables.failed} action={t.states.retry} onAction={refetch} />}
      {earlier.error && <Banner text={t.comparison.failed} action={t.states.retry} onAction={earlier.refetch} />}
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
            rows={earlier.rows ?? rows.nodes}
            found={view.find !== "" && found.rows ? { funnel: found.total } : undefined}
          />
          {isFinding && found.rows && (
            <p role="status" className={classes.status}>
              {rows.totalCount === 0 && t.filters.none}
              {found.isCut && ` ${t.tables.cut(format.count(MAX_ROWS))}`}
            </p>
          )}
          {isPrinting ? (
            rows.totalCount > rows.nodes.length && (
              <p className={classes.status}>{t.tables.rest(format.count(rows.totalCount - rows.nodes.length))}</p>
            )
          ) : (
            <Pager
              title={title}
              rows={rows}
              size={size}
              paging={paging}
              sizes={{ all: PAGE_SIZES, onChange: (size) => onView({ size }) }}
            />
          )}
          {below}
        </>
      )}
    </Card>
  );
}
