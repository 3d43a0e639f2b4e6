import { Badge, Progress, Table, Text } from "@mantine/core";
import type { ExportRowFragment, ExportStatus } from "../../../api/generated/operations";
import { useI18n } from "../../../i18n/I18nProvider";
import { useViewer } from "../../session/ViewerProvider";
import { ExportActions } from "./ExportActions";
import classes from "./ExportTable.module.css";
import { FilterSummary } from "./FilterSummary";
import { isActive } from "../status";
import { useLiveExport } from "./useLiveExport";
import type { Names } from "./useNames";

const STATUS_COLORS: Record<ExportStatus, string> = {
  QUEUED: "gray",
  RUNNING: "petrol",
  CANCELING: "gray",
  CANCELED: "gray",
  COMPLETED: "petrol",
  FAILED: "orange",
  EXPIRED: "gray",
};

type Props = { listed: ExportRowFragment; showRequester: boolean; names: Names };

/** An export: its name, progress, filters, and what can be done with it. An active one updates itself. */
export function ExportRow({ listed, showRequester, names }: Props) {
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
        <FilterSummary export={item} names={names} />
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

function useStatusDetail({ status, rowsTotal, rowsWritten, failure, expiresAt, requestedBy }: ExportRowFragment) {
  const { t, format } = useI18n();
  const { id, timeZone } = useViewer().viewer;
  const written = format.count(rowsWritten);
  switch (status) {
    case "RUNNING":
      return rowsTotal === null ? undefined : t.exports.rowsOf(written, rowsTotal, format.count(rowsTotal));
    case "COMPLETED": {
      const rows = `${written} ${t.exports.rows(rowsWritten)}`;
      return expiresAt ? `${rows} · ${t.exports.expires(format.instantDay(expiresAt, timeZone))}` : rows;
    }
    case "FAILED":
      if (failure?.code === "ACCESS_REVOKED" && requestedBy.id !== id) return t.exports.requesterLostAccess;
      return failure ? t.exports.failures[failure.code] : undefined;
    case "EXPIRED":
      return t.exports.expired;
    default:
      return undefined;
  }
}
