import { expect, it } from "vitest";
import { sumFunnels } from "./sums";

const share = (count: number, base: number) => ({ count, base, rate: base > 0 ? count / base : null });

const funnel = (messages: number, read: number) => ({
  messages,
  tickets: 1,
  sent: { count: messages },
  bounced: share(0, messages),
  delivered: share(messages, messages),
  read: share(read, messages),
  responded: share(0, 0),
});

it("rates of a sum are those of its counts, not means", () => {
  const sum = sumFunnels([funnel(90, 9), funnel(10, 10)]);
  expect(sum.read).toEqual({ count: 19, base: 100, rate: 0.19 });
  expect(sum.responded.rate).toBeNull();
  expect([sum.messages, sum.tickets, sum.sent.count]).toEqual([100, 2, 100]);
});

it("the sum of nothing is nothing", () => expect(sumFunnels([])).toMatchObject({ messages: 0, read: { rate: null } }));
