import { Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconInfoCircle } from "@tabler/icons-react";
import type { PerformanceOrder, PerformanceOrderField } from "../../../api/generated/operations";
import { DefinitionPopover } from "../../../components/DefinitionPopover";
import type { DefinedField } from "../../../i18n/definitions.es";
import classes from "./PerformanceTable.module.css";

type Props = {
  name: string;
  /** The field that the API sorts by; without one the column cannot be sorted. */
  field: PerformanceOrderField | undefined;
  order: PerformanceOrder;
  sort: (field: PerformanceOrderField) => void;
  /** Of a column of numbers: the field of the schema that explains them, and a name for narrow screens. */
  definition?: DefinedField;
  shortName?: string;
};

/** The head of a column: a click sorts by it, another click reverses the order. */
export function SortableHeader({ name, field, order, sort, definition, shortName }: Props) {
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
            <span className={shortName && classes.long}>{name}</span>
            {shortName && <span className={classes.short}>{shortName}</span>}
            <Icon size={14} stroke={2} aria-hidden="true" data-shown={Boolean(sorted) || undefined} />
          </UnstyledButton>
        ) : (
          name
        )}
        {definition && (
          <DefinitionPopover field={definition} name={name} className={classes.what}>
            <IconInfoCircle size={14} stroke={1.75} />
          </DefinitionPopover>
        )}
      </span>
    </Table.Th>
  );
}
