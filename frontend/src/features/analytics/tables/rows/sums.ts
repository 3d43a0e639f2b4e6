import type { RowFunnelFragment } from "../../../../api/generated/operations";
import type { Share } from "../view/columns";

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Sum the funnels of rows; rates are those of the sums. */
export function sumFunnels(funnels: RowFunnelFragment[]): RowFunnelFragment {
  const shareOf = (step: (funnel: RowFunnelFragment) => Share): Share => {
    const [count, base] = [sum(funnels.map((one) => step(one).count)), sum(funnels.map((one) => step(one).base))];
    return { count, base, rate: base > 0 ? count / base : null };
  };
  return {
    messages: sum(funnels.map(({ messages }) => messages)),
    tickets: sum(funnels.map(({ tickets }) => tickets)),
    sent: { count: sum(funnels.map(({ sent }) => sent.count)) },
    bounced: shareOf(({ bounced }) => bounced),
    delivered: shareOf(({ delivered }) => delivered),
    read: shareOf(({ read }) => read),
    responded: shareOf(({ responded }) => responded),
  };
}
