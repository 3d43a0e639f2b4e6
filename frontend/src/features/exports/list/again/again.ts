/** Asking for an export again. */
import type {
  CampaignAnalyticsFilter,
  CreateExportInput,
  ExportRowFragment,
} from "../../../../api/generated/operations";

type Departments = { id: string }[] | null;

/**
 * Return whether an export gave no file, or has none any more, and may give one when it is asked for again. `own` are the
 * departments that the reader sees, null for who sees all.
 */
export const canRepeat = (item: ExportRowFragment, own: Departments): boolean =>
  ["FAILED", "EXPIRED", "CANCELED"].includes(item.status) &&
  item.failure?.code !== "DROPPED" &&
  seenDepartments(item.filter.departmentIds, own)?.length !== 0;

/** Return departments of an export without those that a supervisor lost meanwhile: the API would refuse it again. */
function seenDepartments(ids: string[] | null, own: Departments): string[] | null {
  if (!own) return ids;
  return ids?.filter((id) => own.some((department) => department.id === id)) ?? null;
}

/** Return the input of the same export. */
export function toInput(item: ExportRowFragment, own: Departments): Omit<CreateExportInput, "idempotencyKey"> {
  const { name, format, locale, columns, separator, filter } = item;
  const { period, where, ...ids } = filter;
  const days = { from: period.from, to: period.to };
  const asked: CampaignAnalyticsFilter = {
    sentOn: days,
    ...ids,
    departmentIds: seenDepartments(ids.departmentIds, own),
    excludeDepartmentIds: seenDepartments(ids.excludeDepartmentIds, own),
  };
  return { name, format, locale, columns, separator, filter: asked, where };
}
