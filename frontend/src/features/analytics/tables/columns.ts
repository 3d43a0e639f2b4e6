import type { PerformanceOrderField, RowFunnelFragment } from "../../../api/generated/operations";

type NumberColumn = {
  key: "tickets" | "sent" | "delivered" | "read" | "responded";
  field: PerformanceOrderField;
  isRate: boolean;
  value: (funnel: RowFunnelFragment) => number | null;
};

/** The numbers of each table, in their order. */
export const NUMBERS: NumberColumn[] = [
  { key: "tickets", field: "TICKETS", isRate: false, value: (funnel) => funnel.tickets },
  { key: "sent", field: "SENT", isRate: false, value: (funnel) => funnel.sent.count },
  { key: "delivered", field: "DELIVERED_RATE", isRate: true, value: (funnel) => funnel.delivered.rate },
  { key: "read", field: "READ_RATE", isRate: true, value: (funnel) => funnel.read.rate },
  { key: "responded", field: "RESPONDED_RATE", isRate: true, value: (funnel) => funnel.responded.rate },
];
