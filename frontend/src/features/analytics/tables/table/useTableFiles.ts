import { useApi } from "../../../../api/ApiProvider";
import type { CardFiles } from "../../../../components/CardMenu";
import { useI18n } from "../../../../i18n/I18nProvider";
import { fold } from "../../../../lib/folding";
import type { Cell } from "../../../../lib/files/textTable";
import { loadAllRows, MAX_ROWS, type Row } from "../rows/allRows";
import type { TableSource } from "../rows/useTableRows";
import { withOthers, type OtherRows } from "../rows/useFoundRows";
import { NUMBER_COLUMNS } from "../view/columns";
import type { TableView } from "../view/tableView";

type NamedColumn<R> = { header: string; text: (row: R) => string };

/** Return the files of a table: all its rows, in its order and columns, with the names that its reader looks for. */
export function useTableFiles<R extends Row>(
  { document, filter }: TableSource<R>,
  { order, columns, extras, find }: TableView,
  nameColumns: NamedColumn<R>[],
  others: OtherRows<R> | undefined,
): CardFiles {
  const { t, format } = useI18n();
  const api = useApi();
  const numberColumns = NUMBER_COLUMNS.filter(({ key }) => columns.includes(key));
  const table = async () => {
    const asked = extras.filter((extra) => extra === "median"); // a picture of messages over time is no number
    const loaded = (await loadAllRows(api, { document, filter, order, extras: asked })).nodes;
    const nodes = others ? withOthers<R>(loaded, others) : loaded;
    const text = fold(find.trim());
    return {
      head: [
        ...nameColumns.map(({ header }) => header),
        ...numberColumns.map(({ key }) => t.tables.columns[key]),
        ...asked.map(() => t.tables.medianSeconds),
      ],
      rows: nodes
        .map((row) => ({ row, names: nameColumns.map((column) => column.text(row)) }))
        .filter(({ names }) => names.some((name) => fold(name).includes(text)))
        .map(({ row, names }): Cell[] => [
          ...names,
          ...numberColumns.map((column) =>
            "share" in column ? { rate: column.share(row.funnel).rate } : column.count(row.funnel),
          ),
          ...asked.map(() => row.responseTime?.median ?? null),
        ]),
    };
  };
  return { days: filter.sentOn, table, note: t.files.bounded(format.count(MAX_ROWS)) };
}
