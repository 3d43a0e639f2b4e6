import { Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { definitions } from "../../../../api/generated/definitions";
import type { PerformanceOrder, PerformanceOrderField } from "../../../../api/generated/operations";
import { useI18n } from "../../../../i18n/I18nProvider";
import { NUMBER_COLUMNS } from "../view/columns";
import classes from "./PerformanceTable.module.css";

type Props = {
  name: string;
  /** The field that the API sorts by; without one the column cannot be sorted. */
  field: PerformanceOrderField | undefined;
  order: PerformanceOrder;
  sort: (field: PerformanceOrderField) => void;
  /** Of a column of numbers. */
  column?: (typeof NUMBER_COLUMNS)[number]["key"];
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
      data-column={column}
      title={column && t.definitions[definitions[`Funnel.${column}`]]}
    >
      {field ? (
        <UnstyledButton className={classes.sort} aria-label={name} onClick={() => sort(field)}>
          <span className={column && classes.long}>{name}</span>
          {column && <span className={classes.short}>{t.tables.short[column]}</span>}
          <Icon size={14} stroke={2} aria-hidden="true" data-shown={Boolean(sorted) || undefined} />
        </UnstyledButton>
      ) : (
        name
      )}
    </Table.Th>
  );
}
