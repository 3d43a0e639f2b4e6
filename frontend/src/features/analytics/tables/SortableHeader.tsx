import { Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconInfoCircle } from "@tabler/icons-react";
import type { PerformanceOrder, PerformanceOrderField } from "../../../api/generated/operations";
import { Defined } from "../../../components/DefinitionPopover";
import type { Shown } from "../../../i18n/definitions.es";
import classes from "./PerformanceTable.module.css";

type Props = {
  name: string;
  /** What the API sorts by; without it the column cannot be sorted. */
  field: PerformanceOrderField | undefined;
  order: PerformanceOrder;
  sort: (field: PerformanceOrderField) => void;
  /** Of a column of numbers: what of the schema says what they are, and a name for narrow places. */
  definition?: Shown;
  short?: string;
};

/** A column's name, which sorts by it when clicked and turns the order round when clicked again. */
export function SortableHeader({ name, field, order, sort, definition, short }: Props) {
  const sorted = field === order.field && (order.direction === "ASC" ? "ascending" : "descending");
  const Icon = sorted === "ascending" ? IconArrowUp : IconArrowDown;
  return (
    <Table.Th
      role="columnheader"
      scope="col"
      aria-sort={sorted || undefined}
      className={definition ? classes.number : undefined}
    >
      <span className={classes.header}>
        {field ? (
          <UnstyledButton className={classes.sort} aria-label={name} onClick={() => sort(field)}>
            <span className={short && classes.long}>{name}</span>
            {short && <span className={classes.short}>{short}</span>}
            <Icon size={14} stroke={2} aria-hidden="true" data-shown={Boolean(sorted) || undefined} />
          </UnstyledButton>
        ) : (
          name
        )}
        {definition && (
          <Defined of={definition} name={name} className={classes.what}>
            <IconInfoCircle size={14} stroke={1.75} />
          </Defined>
        )}
      </span>
    </Table.Th>
  );
}
