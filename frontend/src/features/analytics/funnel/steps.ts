import type { StepsFragment } from "../../../api/generated/operations";

/** The steps of the funnel, in order. */
export const STEPS = ["messages", "sent", "delivered", "read", "responded"] as const;

export type StepName = (typeof STEPS)[number];

export type Step = { name: StepName; count: number; tickets: number; rate: number | null; base: number };

/** List the numbers of each step. The first has no rate: it is the base of the others. */
export function funnelSteps(funnel: StepsFragment): Step[] {
  return STEPS.map((name) =>
    name === "messages"
      ? { name, count: funnel.messages, tickets: funnel.tickets, rate: null, base: 0 }
      : { name, ...pick(funnel[name]) },
  );
}

const pick = ({ count, tickets, rate, base }: StepsFragment["sent"]) => ({ count, tickets, rate, base });
