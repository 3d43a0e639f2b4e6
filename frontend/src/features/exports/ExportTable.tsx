import { Badge, Progress, Table, Text } from "@mantine/core";
import { useEffect, useEffectEvent } from "react";
import { useSubscription } from "urql";
import { ExportUpdatedDocument, type ExportRowFragment, type ExportStatus } from "../../api/generated/operations";
import { KINDS } from "../analytics/filters/filters";
import { useViewer } from "../session/ViewerProvider";
import { useTexts } from "../../i18n/I18nProvider";
import { ExportActions } from "./ExportActions";
import classes from "./ExportTable.module.css";
import { isActive } from "./status";

const COLOURS: Record<ExportStatus, string> = {
  QUEUED: "gray",
  RUNNING: "petrol",
  CANCELING: "gray",
  CANCELED: "gray",
  COMPLETED: "petrol",
  FAILED: "orange",
  EXPIRED: "gray",
};

type Props = { exports: ExportRowFragment[]; everyones: boolean; reload: () => void };

/** Exports, newest first; those that are under way report by themselves. */
export function ExportTable({ exports, everyones, reload }: Props) {
  const { t } = useTexts();
  const columns = [t.exports.file, t.exports.status, t.exports.period];
  if (everyones) columns.push(t.exports.requester);
  columns.push(t.exports.created, t.exports.actions);
  // Roles are named because narrow screens show cards, which styles alone would no longer make a table.
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
          {exports.map((one) => (
            <LiveRow key={one.id} listed={one} everyones={everyones} reload={reload} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

type RowProps = { listed: ExportRowFragment; everyones: boolean; reload: () => void };

function LiveRow({ listed, everyones, reload }: RowProps) {
  const { t, f } = useTexts();
  const { timeZone } = useViewer().viewer;
  const [{ data }] = useSubscription({
    query: ExportUpdatedDocument,
    variables: { id: listed.id },
    pause: !isActive(listed.status),
  });
  const shown = isActive(listed.status) ? (data?.exportUpdated ?? listed) : listed;
  const over = isActive(listed.status) && !isActive(shown.status);
  const ended = useEffectEvent(reload);
  useEffect(() => {
    if (over) ended();
  }, [over]);

  return (
    <Table.Tr role="row" data-status={shown.status}>
      <Table.Td role="cell" className={classes.name}>
        <Text fw={550} size="sm">
          {shown.name}
        </Text>
        <Text size="xs" c="dimmed">
          {t.exporting.formats[shown.format]}
          {shown.fileSize !== null && ` · ${f.bytes(shown.fileSize)}`}
        </Text>
      </Table.Td>
      <Table.Td role="cell" className={classes.status}>
        <Status export={shown} />
      </Table.Td>
      <Table.Td role="cell" data-label={t.exports.period}>
        <Which filter={shown.filter} />
      </Table.Td>
      {everyones && (
        <Table.Td role="cell" data-label={t.exports.requester}>
          {shown.requestedBy.name ?? shown.requestedBy.email ?? shown.requestedBy.id}
        </Table.Td>
      )}
      <Table.Td role="cell" data-label={t.exports.created}>
        {f.instant(shown.createdAt, timeZone)}
      </Table.Td>
      <Table.Td role="cell" className={classes.last}>
        <ExportActions export={shown} reload={reload} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Which messages: the days, and how many of each kind its filter names. */
function Which({ filter }: { filter: ExportRowFragment["filter"] }) {
  const { t, f } = useTexts();
  const { period, templateIds, accountIds, departmentIds, agentIds } = filter;
  const ids = { templates: templateIds, accounts: accountIds, departments: departmentIds, agents: agentIds };
  const counted = KINDS.flatMap((kind) => {
    const count = ids[kind]?.length;
    return count === undefined ? [] : [`${f.count(count)} ${t.filters.counted[kind](count)}`];
  });
  return (
    <>
      {f.days(period.from, period.to)}
      {counted.length > 0 && (
        <Text size="xs" c="dimmed">
          {f.list(counted)}
        </Text>
      )}
    </>
  );
}

/** Where an export is, how far, and what to do when it failed. */
function Status({
  export: { status, progress, rowsTotal, rowsWritten, failure, expiresAt },
}: {
  export: ExportRowFragment;
}) {
  const { t, f } = useTexts();
  const { timeZone } = useViewer().viewer;
  const told = {
    QUEUED: undefined,
    RUNNING: rowsTotal === null ? undefined : t.exports.rowsOf(f.count(rowsWritten), rowsTotal, f.count(rowsTotal)),
    CANCELING: undefined,
    CANCELED: undefined,
    COMPLETED: [
      `${f.count(rowsWritten)} ${t.exports.rows(rowsWritten)}`,
      ...(expiresAt ? [t.exports.expires(f.instantDay(expiresAt, timeZone))] : []),
    ].join(" · "),
    FAILED: failure ? t.exports.failures[failure.code] : undefined,
    EXPIRED: t.exports.expired,
  }[status];
  return (
    <>
      <Badge variant="light" color={COLOURS[status]} tt="none" fw={550} radius="sm">
        {t.exports.statuses[status]}
      </Badge>
      {isActive(status) && (
        <Progress.Root size="sm" mt={6} transitionDuration={300}>
          <Progress.Section
            value={100 * (progress ?? 0)}
            striped={status === "RUNNING"}
            animated={status === "RUNNING"}
            aria-label={t.exports.statuses[status]}
          />
        </Progress.Root>
      )}
      {told && (
        <Text size="xs" c={status === "FAILED" ? "var(--bad)" : "dimmed"} mt={4}>
          {told}
        </Text>
      )}
    </>
  );
}
