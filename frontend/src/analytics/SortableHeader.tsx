import { Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { PerformanceOrder, PerformanceOrderField } from "../api/generated/operations";
import classes from "./PerformanceTable.module.css";

type Props = {
  name: string;
  /** What the API sorts by; without it the column cannot be sorted. */
  field: PerformanceOrderField | undefined;
  order: PerformanceOrder;
  sort: (field: PerformanceOrderField) => void;
  numeric?: boolean;
};

/** A column's name, which sorts by it when clicked and turns the order round when clicked again. */
export function SortableHeader({ name, field, order, sort, numeric = false }: Props) {
  const sorted = field === order.field && (order.direction === "ASC" ? "ascending" : "descending");
  const Icon = sorted === "ascending" ? IconArrowUp : IconArrowDown;
  return (
    <Table.Th scope="col" aria-sort={sorted || undefined} className={numeric ? classes.number : undefined}>
      {field ? (
        <UnstyledButton className={classes.sort} onClick={() => sort(field)}>
          {name}
          <Icon size={14} stroke={2} aria-hidden="true" data-shown={Boolean(sorted) || undefined} />
        </UnstyledButton>
      ) : (
        name
      )}
    </Table.Th>
  );
}
