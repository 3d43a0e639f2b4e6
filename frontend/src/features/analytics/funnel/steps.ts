import type { StepsFragment } from "../../../api/generated/operations";

/** The steps of the funnel, in order. */
export const STEPS = ["messages", "sent", "delivered", "read", "responded"] as const;

export type StepName = (typeof STEPS)[number];

export type Step = { name: StepName; count: number; tickets: number; rate: number | null };

/** List the numbers of each step. The first has no rate: it is the base of the others. */
export function funnelSteps(funnel: StepsFragment): Step[] {
  return STEPS.map((name) =>
    name === "messages"
      ? { name, count: funnel.messages, tickets: funnel.tickets, rate: null }
      : { name, count: funnel[name].count, tickets: funnel[name].tickets, rate: funnel[name].rate },
  );
}
