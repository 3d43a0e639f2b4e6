import { useApi } from "../../../../api/ApiProvider";
import type { CardFiles } from "../../../../components/CardMenu";
import { useI18n } from "../../../../i18n/I18nProvider";
import { fold } from "../../../../lib/folding";
import type { Cell } from "../../../../lib/files/textTable";
import { loadAllRows, MAX_ROWS, type Row } from "../rows/allRows";
import type { TableSource } from "../rows/useTableRows";
import { NUMBER_COLUMNS } from "../view/columns";
import type { TableView } from "../view/tableView";

type NamedColumn<R> = { header: string; text: (row: R) => string };

/** Return the files of a table: all its rows, in its order and columns, with the names that its reader looks for. */
export function useTableFiles<R extends Row>(
  { document, filter }: TableSource<R>,
  { order, columns, find }: TableView,
  nameColumns: NamedColumn<R>[],
): CardFiles {
  const { t, format } = useI18n();
  const api = useApi();
  const numberColumns = NUMBER_COLUMNS.filter(({ key }) => columns.includes(key));
  const table = async () => {
    const { nodes } = await loadAllRows(api, { document, filter, order });
    const text = fold(find.trim());
    return {
      head: [...nameColumns.map(({ header }) => header), ...numberColumns.map(({ key }) => t.tables.columns[key])],
      rows: nodes
        .map((row) => ({ row, names: nameColumns.map((column) => column.text(row)) }))
        .filter(({ names }) => names.some((name) => fold(name).includes(text)))
        .map(({ row, names }): Cell[] => [
          ...names,
          ...numberColumns.map((column) =>
            "share" in column ? { rate: column.share(row.funnel).rate } : column.count(row.funnel),
          ),
        ]),
    };
  };
  return { days: filter.sentOn, table, note: t.files.bounded(format.count(MAX_ROWS)) };
}
