import { Table } from "@mantine/core";
import type { ExportRowFragment } from "../../../api/generated/operations";
import { useI18n } from "../../../i18n/I18nProvider";
import { ExportRow } from "./ExportRow";
import { useNames } from "./useNames";
import classes from "./ExportTable.module.css";

type Props = { exports: ExportRowFragment[]; showRequester: boolean };

/** The table of exports, newest first. */
export function ExportTable({ exports, showRequester }: Props) {
  const { t } = useI18n();
  const names = useNames(exports);
  const columns = [
    t.exports.file,
    t.exports.status,
    t.exports.period,
    ...(showRequester ? [t.exports.requester] : []),
    t.exports.created,
    t.exports.actions,
  ];
  // Roles are named because on narrow screens the rows are cards, and styles would take the table's role away.
  return (
    <div className={classes.card} tabIndex={0} role="region" aria-label={t.exports.title}>
      <Table className={classes.table} role="table" aria-label={t.exports.title}>
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {columns.map((name) => (
              <Table.Th key={name} scope="col" role="columnheader">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {exports.map((listed) => (
            <ExportRow key={listed.id} listed={listed} showRequester={showRequester} names={names} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
