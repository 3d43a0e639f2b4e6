import { describe, expect, it } from "vitest";
import { differenceInterval, isBeyondChance, wilsonInterval } from "./proportions";

const of = (count: number, base: number) => ({ count, base });

describe("wilsonInterval", () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %i in %i is %f to %f", (count, base, low, high) => {
    const interval = wilsonInterval(of(count, base));
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});

describe("differenceInterval", () => {
  // Newcombe, "Interval estimation for the difference between independent proportions" (1998), table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 10, 0.6075, 1],
    [10, 10, 0, 20, 0.6791, 1],
  ])("of %i in %i and %i in %i is %f to %f", (count, base, otherCount, otherBase, low, high) => {
    const interval = differenceInterval(of(count, base), of(otherCount, otherBase));
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});

describe("isBeyondChance", () => {
  it("is true of a rise and of a fall whose interval leaves out zero", () => {
    expect(isBeyondChance(of(56, 70), of(48, 80))).toBe(true);
    expect(isBeyondChance(of(48, 80), of(56, 70))).toBe(true);
  });

  it("is false of what chance explains: a tenth of a point of five thousand messages", () => {
    expect(isBeyondChance(of(4_780, 5_000), of(4_775, 5_000))).toBe(false);
  });

  it("is false of fewer than 30 messages, however far apart", () => {
    expect(isBeyondChance(of(29, 29), of(0, 1_000))).toBe(false);
    expect(isBeyondChance(of(0, 1_000), of(29, 29))).toBe(false);
    expect(isBeyondChance(of(30, 30), of(0, 1_000))).toBe(true);
  });

  it("is false of shares of nothing", () => expect(isBeyondChance(of(0, 0), of(10, 100))).toBe(false));
});
