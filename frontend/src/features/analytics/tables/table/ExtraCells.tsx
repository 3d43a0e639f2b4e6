import { Table } from "@mantine/core";
import { definitions } from "../../../../api/generated/definitions";
import { useI18n } from "../../../../i18n/I18nProvider";
import type { Row } from "../rows/allRows";
import classes from "./PerformanceTable.module.css";
import type { Extra } from "../view/columns";
import { Sparkline } from "../trend/Sparkline";

/** The heads of the columns on demand. */
export function ExtraHeaders({ extras }: { extras: Extra[] }) {
  const { t } = useI18n();
  return extras.map((extra) => (
    <Table.Th
      key={extra}
      role="columnheader"
      scope="col"
      className={classes.number}
      data-column={extra}
      title={extra === "median" ? t.definitions[definitions["ResponseTime.median"]] : undefined}
    >
      <span className={classes.long}>{t.tables.extras[extra]}</span>
      <span className={classes.short}>{t.tables.extrasShort[extra]}</span>
    </Table.Th>
  ));
}

type Props = {
  extras: Extra[];
  /** Absent in a row of sums, of which they are not asked for. */
  row?: Row;
};

/** The cells of the columns on demand; empty until they are there. */
export function ExtraCells({ extras, row }: Props) {
  const { format } = useI18n();
  return extras.map((extra) => (
    <Table.Td key={extra} role="cell" className={classes.number} data-column={extra}>
      {extra === "median"
        ? row?.responseTime && format.duration(row.responseTime.median)
        : row?.messagesOverTime && <Sparkline numbers={row.messagesOverTime} />}
    </Table.Td>
  ));
}
