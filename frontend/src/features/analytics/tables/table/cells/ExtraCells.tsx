import { Table } from "@mantine/core";
import { definitions } from "../../../../../api/generated/definitions";
import { useI18n } from "../../../../../i18n/I18nProvider";
import type { Row } from "../../rows/allRows";
import { comparedColumn } from "../../view/columns";
import type { TableView } from "../../view/tableView";
import { Sparkline } from "../../trend/Sparkline";
import { BeforeCell } from "./BeforeCell";
import classes from "../PerformanceTable.module.css";

/** The heads of the columns on demand. */
export function ExtraHeaders({ extras, order }: Pick<TableView, "extras" | "order">) {
  const { t } = useI18n();
  const compared = t.comparison.column(t.tables.columns[comparedColumn(order.field).key]);
  const titles = { median: t.definitions[definitions["ResponseTime.median"]], trend: undefined, before: compared };
  return extras.map((extra) => (
    <Table.Th
      key={extra}
      role="columnheader"
      scope="col"
      className={classes.number}
      data-column={extra}
      title={titles[extra]}
    >
      <span className={classes.long}>{extra === "before" ? compared : t.tables.extras[extra]}</span>
      <span className={classes.short}>{t.tables.extrasShort[extra]}</span>
    </Table.Th>
  ));
}

type Props = Pick<TableView, "extras" | "order"> & {
  /** What is not there yet, or is never asked for of a row, is empty. */
  row: Row;
};

/** The cells of the columns on demand. */
export function ExtraCells({ extras, order, row }: Props) {
  const { format } = useI18n();
  return extras.map((extra) => (
    <Table.Td key={extra} role="cell" className={classes.number} data-column={extra}>
      {extra === "median" && row.responseTime && format.duration(row.responseTime.median)}
      {extra === "trend" && row.messagesOverTime && <Sparkline numbers={row.messagesOverTime} />}
      {extra === "before" && <BeforeCell row={row} column={comparedColumn(order.field)} />}
    </Table.Td>
  ));
}
