import { Badge, Progress, Table, Text } from "@mantine/core";
import { useEffect, useEffectEvent } from "react";
import { useSubscription } from "urql";
import { ExportUpdatedDocument, type ExportRowFragment, type ExportStatus } from "../api/generated/operations";
import { useViewer } from "../session/Viewer";
import { useTexts } from "../texts";
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
  return (
    <div className={classes.card}>
      <Table.ScrollContainer minWidth={760} type="native" scrollAreaProps={{ tabIndex: 0 }}>
        <Table className={classes.table} aria-label={t.exports.title}>
          <Table.Thead>
            <Table.Tr>
              {[...columns, ...(everyones ? [t.exports.requester] : []), t.exports.created, t.exports.actions].map(
                (name) => (
                  <Table.Th key={name} scope="col">
                    {name}
                  </Table.Th>
                ),
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {exports.map((one) => (
              <LiveRow key={one.id} listed={one} everyones={everyones} reload={reload} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
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

  const { period, templateIds, accountIds, departmentIds, agentIds } = shown.filter;
  const filtered = [templateIds, accountIds, departmentIds, agentIds].some((ids) => ids !== null);
  return (
    <Table.Tr data-status={shown.status}>
      <Table.Td className={classes.name}>
        <Text fw={550} size="sm">
          {shown.name}
        </Text>
        <Text size="xs" c="dimmed">
          {t.exporting.formats[shown.format]}
          {shown.fileSize !== null && ` · ${f.bytes(shown.fileSize)}`}
        </Text>
      </Table.Td>
      <Table.Td className={classes.status}>
        <Status export={shown} />
      </Table.Td>
      <Table.Td>
        {f.days(period.from, period.to)}
        {filtered && (
          <Text size="xs" c="dimmed">
            {t.exports.filtered}
          </Text>
        )}
      </Table.Td>
      {everyones && <Table.Td>{shown.requestedBy.name ?? shown.requestedBy.email ?? shown.requestedBy.id}</Table.Td>}
      <Table.Td>{f.instant(shown.createdAt, timeZone)}</Table.Td>
      <Table.Td>
        <ExportActions export={shown} reload={reload} />
      </Table.Td>
    </Table.Tr>
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
    RUNNING: rowsTotal === null ? undefined : t.exports.rowsOf(f.count(rowsWritten), f.count(rowsTotal)),
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
