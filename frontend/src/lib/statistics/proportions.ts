/** Proportions, and the question whether chance explains the difference of two. */

/** A number of messages out of those that it is a share of. */
export type Proportion = { count: number; base: number };

export type Interval = { low: number; high: number };

const Z = 1.959963984540054; // of the normal distribution, which has 95 % between -Z and Z

/** The smallest base of which a change can be judged. */
export const MIN_BASE = 30;

const shareOf = ({ count, base }: Proportion): number => Math.min(count / base, 1);

/** Return Wilson's 95 % interval of a proportion, whose base is not 0. */
export function wilsonInterval(proportion: Proportion): Interval {
  const { base } = proportion;
  const share = shareOf(proportion);
  const middle = share + Z ** 2 / (2 * base);
  const reach = Z * Math.sqrt((share * (1 - share)) / base + Z ** 2 / (4 * base ** 2));
  const scale = 1 + Z ** 2 / base;
  return { low: (middle - reach) / scale, high: (middle + reach) / scale };
}

/**
 * Return the 95 % interval of the difference of two proportions, the second taken from the first.
 *
 * Source: Newcombe, "Interval estimation for the difference between independent proportions" (1998), method 10.
 */
export function differenceInterval(first: Proportion, second: Proportion): Interval {
  const [shareOfFirst, shareOfSecond] = [shareOf(first), shareOf(second)];
  const [ofFirst, ofSecond] = [wilsonInterval(first), wilsonInterval(second)];
  const difference = shareOfFirst - shareOfSecond;
  return {
    low: difference - Math.hypot(shareOfFirst - ofFirst.low, ofSecond.high - shareOfSecond),
    high: difference + Math.hypot(ofFirst.high - shareOfFirst, shareOfSecond - ofSecond.low),
  };
}

/** Return whether two proportions differ by more than chance explains. */
export function isBeyondChance(first: Proportion, second: Proportion): boolean {
  if (Math.min(first.base, second.base) < MIN_BASE) return false;
  const { low, high } = differenceInterval(first, second);
  return low > 0 || high < 0;
}
