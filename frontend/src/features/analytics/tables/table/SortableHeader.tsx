import { Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { definitions } from "../../../../api/generated/definitions";
import type { PerformanceOrder, PerformanceOrderField } from "../../../../api/generated/operations";
import { useI18n } from "../../../../i18n/I18nProvider";
import type { NumberColumn } from "../view/columns";
import classes from "./PerformanceTable.module.css";

type Props = {
  name: string;
  /** The field that the API sorts by; without one the column cannot be sorted. */
  field: PerformanceOrderField | undefined;
  order: PerformanceOrder;
  sort: (field: PerformanceOrderField) => void;
  /** Of a column of numbers. */
  column?: NumberColumn;
};

/** The head of a column: a click sorts by it, another click reverses the order. */
export function SortableHeader({ name, field, order, sort, column }: Props) {
  const { t } = useI18n();
  const sorted = field === order.field && (order.direction === "ASC" ? "ascending" : "descending");
  const Icon = sorted === "ascending" ? IconArrowUp : IconArrowDown;
  return (
    <Table.Th
      role="columnheader"
      scope="col"
      aria-sort={sorted || undefined}
      className={column ? classes.number : undefined}
      data-column={column?.key}
      title={column && t.definitions[definitions[`Funnel.${column.step}`]]}
    >
      {field ? (
        <UnstyledButton className={classes.sort} aria-label={name} onClick={() => sort(field)}>
          {column ? <ColumnName column={column} /> : name}
          <Icon size={14} stroke={2} aria-hidden="true" data-shown={Boolean(sorted) || undefined} />
        </UnstyledButton>
      ) : column ? (
        <ColumnName column={column} />
      ) : (
        name
      )}
    </Table.Th>
  );
}

/** The name of a column, and a short one for where there is less room. */
function ColumnName({ column: { key } }: { column: NumberColumn }) {
  const { t } = useI18n();
  return (
    <>
      <span className={classes.long}>{t.tables.columns[key]}</span>
      <span className={classes.short} aria-hidden="true">
        {t.tables.short[key]}
      </span>
    </>
  );
}
