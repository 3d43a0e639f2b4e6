import type { PerformanceOrderField, RowFunnelFragment } from "../../../../api/generated/operations";

/** A step's count with the base and the rate that it makes of it. */
export type Share = RowFunnelFragment["read"];

type Step = "tickets" | "messages" | "sent" | "bounced" | "delivered" | "read" | "responded";

export type ColumnKey = Step | "bounceRate";

export type NumberColumn = {
  key: ColumnKey;
  step: Step;
  /** The field that the API sorts by; it cannot sort by all. */
  field?: PerformanceOrderField;
} & ({ count: (funnel: RowFunnelFragment) => number } | { share: (funnel: RowFunnelFragment) => Share });

const SENT: NumberColumn = { key: "sent", step: "sent", field: "SENT", count: (funnel) => funnel.sent.count };

/** The columns of numbers that a table can have, in order. */
export const NUMBER_COLUMNS: NumberColumn[] = [
  { key: "tickets", step: "tickets", field: "TICKETS", count: (funnel) => funnel.tickets },
  { key: "messages", step: "messages", field: "MESSAGES", count: (funnel) => funnel.messages },
  SENT,
  { key: "bounced", step: "bounced", count: (funnel) => funnel.bounced.count },
  { key: "bounceRate", step: "bounced", field: "BOUNCE_RATE", share: (funnel) => funnel.bounced },
  { key: "delivered", step: "delivered", field: "DELIVERED_RATE", share: (funnel) => funnel.delivered },
  { key: "read", step: "read", field: "READ_RATE", share: (funnel) => funnel.read },
  { key: "responded", step: "responded", field: "RESPONDED_RATE", share: (funnel) => funnel.responded },
];

/**
 * The columns that are asked for on demand: the median of the times to reply, the messages over time, and the earlier
 * value of what the rows are sorted by.
 */
export const EXTRAS = ["median", "trend", "before"] as const;

export type Extra = (typeof EXTRAS)[number];

/** Return the column whose earlier value stands beside the others: the one that rows are sorted by, of numbers. */
export const comparedColumn = (field: PerformanceOrderField): NumberColumn =>
  NUMBER_COLUMNS.find((column) => column.field === field) ?? SENT;

/** Those that a table has until its reader chooses others. */
export const DEFAULT_COLUMNS: ColumnKey[] = ["tickets", "messages", "sent", "delivered", "read", "responded"];
