import type { CampaignAnalyticsFilter, DayGranularity } from "../../../../api/generated/operations";
import { countDays } from "../../../../lib/dates/days";
import type { Extra } from "../view/columns";

const MAX_DAYS = 62; // with a point for each

/** The variables of a table's documents that say which columns on demand to read. */
export type ExtrasVariables = { median: boolean; trend: boolean; granularity: DayGranularity };

/** Return whether rows need to be asked for with columns on demand: earlier numbers come by themselves. */
export const needsRead = (extras: Extra[]): boolean => extras.some((extra) => extra !== "before");

/** Return what to read for columns on demand. */
export const extrasVariables = (extras: Extra[], { sentOn }: CampaignAnalyticsFilter): ExtrasVariables => ({
  median: extras.includes("median"),
  trend: extras.includes("trend"),
  granularity: countDays(sentOn) <= MAX_DAYS ? "DAY" : "WEEK",
});
