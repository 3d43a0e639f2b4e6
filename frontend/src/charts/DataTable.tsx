import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import affordance from "../components/affordance.module.css";
import type { Cell } from "../lib/files/textTable";
import classes from "./Chart.module.css";

/** The cells of a table; the first of each row is its heading. */
export type TableData = {
  head: string[];
  rows: ReactNode[][];
  /** The same as values, for files. */
  cells: Cell[][];
  /** The head of files, where it must say more, such as a unit. */
  fileHead?: string[];
  /** What a click on a row's heading does. */
  onChoose?: ((row: number) => void) | undefined;
};

/** A scrollable table of a chart's values. */
export function DataTable({ head, rows, onChoose, label }: Omit<TableData, "cells" | "fileHead"> & { label: string }) {
  return (
    // Focusable, so that keys can scroll it.
    <div className={classes.table} tabIndex={0} role="region" aria-label={label}>
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
          {rows.map(([heading, ...cells], index) => (
            <Table.Tr key={index}>
              <Table.Th scope="row">
                {onChoose ? (
                  <button
                    type="button"
                    className={`${classes.head ?? ""} ${affordance.opens ?? ""}`}
                    onClick={() => onChoose(index)}
                  >
                    {heading}
                  </button>
                ) : (
                  heading
                )}
              </Table.Th>
              {cells.map((content, column) => (
                <Table.Td key={column}>{content}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
