import type { PerformanceOrderField, RowFunnelFragment } from "../../../../api/generated/operations";

export const PAGE_SIZE = 10; // rows of a table

type NumberColumn = {
  key: "tickets" | "messages" | "sent" | "delivered" | "read" | "responded";
  field: PerformanceOrderField;
  isRate: boolean;
  value: (funnel: RowFunnelFragment) => number | null;
};

/** The columns of numbers that every table has, in order. */
export const NUMBER_COLUMNS: NumberColumn[] = [
  { key: "tickets", field: "TICKETS", isRate: false, value: (funnel) => funnel.tickets },
  { key: "messages", field: "MESSAGES", isRate: false, value: (funnel) => funnel.messages },
  { key: "sent", field: "SENT", isRate: false, value: (funnel) => funnel.sent.count },
  { key: "delivered", field: "DELIVERED_RATE", isRate: true, value: (funnel) => funnel.delivered.rate },
  { key: "read", field: "READ_RATE", isRate: true, value: (funnel) => funnel.read.rate },
  { key: "responded", field: "RESPONDED_RATE", isRate: true, value: (funnel) => funnel.responded.rate },
];
