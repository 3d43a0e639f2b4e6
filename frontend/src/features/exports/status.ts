import type { ExportStatus } from "../../api/generated/operations";

/** Whether an export has not ended. */
export const isActive = (status: ExportStatus) => ["QUEUED", "RUNNING", "CANCELING"].includes(status);
