import type { ExportStatus } from "../../api/generated/operations";

/** Return whether an export is still waiting, running or being canceled. */
export const isActive = (status: ExportStatus) => ["QUEUED", "RUNNING", "CANCELING"].includes(status);
