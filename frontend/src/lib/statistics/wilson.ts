/** Statistics of shares: how far they may be from what they estimate. */

const Z = 1.959964; // of 95 %: the standard normal deviate that 2.5 % exceed

/** With fewer of them a share says little, and its number is read for more than it is. */
export const MIN_BASE = 20;

/**
 * Return Wilson's score interval of 95 % for a share, from 0 to 1; undefined for a share of nothing.
 *
 * Unlike that of Wald it stays within 0 and 1, and holds for few and for extreme shares (Wilson 1927, JASA 22:209).
 */
export function wilsonInterval(count: number, base: number): [number, number] | undefined {
  if (base <= 0) return undefined;
  const share = count / base;
  const denominator = 1 + Z ** 2 / base;
  const center = (share + Z ** 2 / (2 * base)) / denominator;
  const half = (Z / denominator) * Math.sqrt((share * (1 - share)) / base + Z ** 2 / (4 * base ** 2));
  return [count === 0 ? 0 : center - half, count === base ? 1 : center + half];
}
