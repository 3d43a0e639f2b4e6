import type { RowFunnelFragment } from "../../../../api/generated/operations";
import { useApi } from "../../../../api/ApiProvider";
import type { CardFiles } from "../../../../components/CardMenu";
import { useI18n } from "../../../../i18n/I18nProvider";
import { fold } from "../../../../lib/folding";
import type { Cell } from "../../../../lib/files/textTable";
import type { RowIds } from "../../messages/number/messageSet";
import { loadAllRows, MAX_ROWS, type Row } from "../rows/allRows";
import type { TableSource } from "../rows/useTableRows";
import { withOthers, type OtherRows } from "../rows/useFoundRows";
import { earlierFunnels } from "../rows/earlier";
import { loadEarlierRows } from "../rows/useEarlierRows";
import { comparedColumn, NUMBER_COLUMNS, type NumberColumn } from "../view/columns";
import type { TableView } from "../view/tableView";

const cellOf = (column: NumberColumn, funnel: RowFunnelFragment): Cell =>
  "share" in column ? { rate: column.share(funnel).rate } : column.count(funnel);

type NamedColumn<R> = { header: string; text: (row: R) => string };

/** Return the files of a table: all its rows, in its order and columns, with the names that its reader looks for. */
export function useTableFiles<R extends Row>(
  { document, earlierDocument, compared, filter }: TableSource<R>,
  { order, columns, extras, find: text }: TableView,
  { nameColumns, idsOf }: { nameColumns: NamedColumn<R>[]; idsOf: (row: R) => RowIds },
  others: OtherRows<R> | undefined,
): CardFiles {
  const { t, format } = useI18n();
  const api = useApi();
  const numberColumns = NUMBER_COLUMNS.filter(({ key }) => columns.includes(key));
  const hasBefore = extras.includes("before");
  const column = comparedColumn(order.field);
  const table = async () => {
    const asked = extras.filter((extra) => extra === "median"); // a picture of messages over time is no number
    const loaded = (await loadAllRows(api, { document, filter, order, extras: asked })).nodes;
    const find =
      hasBefore && compared?.isCovered
        ? earlierFunnels(await loadEarlierRows(api, earlierDocument, { filter, ...compared }))
        : undefined;
    const nodes = others ? withOthers<R>(loaded, others) : loaded;
    const searched = fold(text.trim());
    return {
      head: [
        ...nameColumns.map(({ header }) => header),
        ...numberColumns.map(({ key }) => t.tables.columns[key]),
        ...asked.map(() => t.tables.medianSeconds),
        ...(hasBefore ? [t.comparison.column(t.tables.columns[column.key])] : []),
      ],
      rows: nodes
        .map((row) => ({ row, names: nameColumns.map((column) => column.text(row)) }))
        .filter(({ names }) => names.some((name) => fold(name).includes(searched)))
        .map(({ row, names }): Cell[] => [
          ...names,
          ...numberColumns.map((column) => cellOf(column, row.funnel)),
          ...asked.map(() => row.responseTime?.median ?? null),
          ...(hasBefore ? [find ? cellOf(column, find(idsOf(row))) : t.comparison.noData] : []),
        ]),
    };
  };
  return { days: filter.sentOn, table, note: t.files.bounded(format.count(MAX_ROWS)) };
}
