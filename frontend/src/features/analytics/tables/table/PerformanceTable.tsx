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
  };

/** The funnel by agent, department, template or account, sorted and paged by the API. */
export function PerformanceTable<R extends Row>(props: Props<R>) {
  const { title, definition, area, view, onView, total, nameColumns, rowKey, identify, ...source } = props;
  const { t, format } = useI18n();
  const isFinding = view.find !== "";
  const paged = useTableRows(source, {
    ...view,
    enabled: !isFinding,
    onOrder: (order) => onView({ order }),
  });
  const found = useFoundRows(source, view, (row) => nameColumns.map(({ text }) => text(row)));
  const files = useTableFiles(source, view, nameColumns);
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
          {hasSearch && <NameSearch title={title} find={view.find} onFind={(find) => onView({ find })} />}
          <ColumnChoice title={title} view={view} onChange={onView} />
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
            found={isFinding && found.rows ? found.total : undefined}
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
        </>
      )}
    </Card>
  );
}
