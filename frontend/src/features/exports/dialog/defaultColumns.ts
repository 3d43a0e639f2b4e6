import type { ExportColumn, MessageWhere } from "../../../api/generated/operations";

/** Return the additional columns that a file has until its reader chooses: bounced messages come with their reason. */
export const defaultColumns = (where: MessageWhere | undefined): ExportColumn[] =>
  (where?.step === "BOUNCED" && where.reached !== false) || where?.bounceCodes ? ["BOUNCE_REASON"] : [];
