import { Badge, Progress, Table, Text } from "@mantine/core";
import type { ExportRowFragment, ExportStatus } from "../../../api/generated/operations";
import { useI18n } from "../../../i18n/I18nProvider";
import { useViewer } from "../../session/ViewerProvider";
import { ExportActions } from "./ExportActions";
import classes from "./ExportTable.module.css";
import { isActive } from "../status";
import { useLiveExport } from "./useLiveExport";

const STATUS_COLORS: Record<ExportStatus, string> = {
  QUEUED: "gray",
  RUNNING: "petrol",
  CANCELING: "gray",
  CANCELED: "gray",
  COMPLETED: "petrol",
  FAILED: "orange",
  EXPIRED: "gray",
};

type Props = { listed: ExportRowFragment; showRequester: boolean };

/** An export: its name, progress, filters, and what can be done with it. An active one updates itself. */
export function ExportRow({ listed, showRequester }: Props) {
  const { t, format } = useI18n();
  const { timeZone } = useViewer().viewer;
  const item = useLiveExport(listed);
  return (
    <Table.Tr role="row" data-status={item.status}>
      <Table.Td role="cell" className={classes.name}>
        <Text fw={550} size="sm">
          {item.name}
        </Text>
        <Text size="xs" c="dimmed">
          {t.exporting.formats[item.format]}
          {item.fileSize !== null && ` · ${format.bytes(item.fileSize)}`}
        </Text>
      </Table.Td>
      <Table.Td role="cell" className={classes.status}>
        <Status export={item} />
      </Table.Td>
      <Table.Td role="cell" data-label={t.exports.period}>
        <FilterSummary filter={item.filter} />
      </Table.Td>
      {showRequester && (
        <Table.Td role="cell" data-label={t.exports.requester}>
          {item.requestedBy.name ?? item.requestedBy.email ?? item.requestedBy.id}
        </Table.Td>
      )}
      <Table.Td role="cell" data-label={t.exports.created}>
        {format.instant(item.createdAt, timeZone)}
      </Table.Td>
      <Table.Td role="cell" className={classes.last}>
        <ExportActions export={item} />
      </Table.Td>
    </Table.Tr>
  );
}

/** The days of an export's filter, and how many values of each kind it names. */
function FilterSummary({ filter }: { filter: ExportRowFragment["filter"] }) {
  const { t, format } = useI18n();
  const { period, templateIds, accountIds, departmentIds, agentIds } = filter;
  const ids = { templates: templateIds, accounts: accountIds, departments: departmentIds, agents: agentIds };
  const counts = (Object.keys(ids) as (keyof typeof ids)[]).flatMap((kind) => {
    const count = ids[kind]?.length;
    return count === undefined ? [] : [`${format.count(count)} ${t.filters.counted[kind](count)}`];
  });
  return (
    <>
      {format.days(period.from, period.to)}
      {counts.length > 0 && (
        <Text size="xs" c="dimmed">
          {format.list(counts)}
        </Text>
      )}
    </>
  );
}

/** The status of an export: its progress, its file's last day, or what to do when it failed. */
function Status({ export: item }: { export: ExportRowFragment }) {
  const { t } = useI18n();
  const { status, progress } = item;
  const detail = useStatusDetail(item);
  return (
    <>
      <Badge variant="light" color={STATUS_COLORS[status]} tt="none" fw={550} radius="sm">
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
      {detail && (
        <Text size="xs" c={status === "FAILED" ? "var(--bad)" : "dimmed"} mt={4}>
          {detail}
        </Text>
      )}
    </>
  );
}

function useStatusDetail({ status, rowsTotal, rowsWritten, failure, expiresAt }: ExportRowFragment) {
  const { t, format } = useI18n();
  const { timeZone } = useViewer().viewer;
  const written = format.count(rowsWritten);
  switch (status) {
    case "RUNNING":
      return rowsTotal === null ? undefined : t.exports.rowsOf(written, rowsTotal, format.count(rowsTotal));
    case "COMPLETED": {
      const rows = `${written} ${t.exports.rows(rowsWritten)}`;
      return expiresAt ? `${rows} · ${t.exports.expires(format.instantDay(expiresAt, timeZone))}` : rows;
    }
    case "FAILED":
      return failure ? t.exports.failures[failure.code] : undefined;
    case "EXPIRED":
      return t.exports.expired;
    default:
      return undefined;
  }
}
