import { Table } from "@mantine/core";
import classes from "./Chart.module.css";

/** Values in rows, each with what it is of first. */
export type Grid = { head: string[]; rows: string[][] };

export function Values({ head, rows, label }: Grid & { label: string }) {
  return (
    // Focusable, so that keys can scroll it.
    <div className={classes.values} tabIndex={0} role="region" aria-label={label}>
      <Table verticalSpacing={5}>
        <Table.Thead>
          <Table.Tr>
            {head.map((text) => (
              <Table.Th key={text} scope="col">
                {text}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([first, ...rest], at) => (
            <Table.Tr key={at}>
              <Table.Th scope="row">{first}</Table.Th>
              {rest.map((text, column) => (
                <Table.Td key={column}>{text}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
