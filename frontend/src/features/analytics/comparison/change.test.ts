import { describe, expect, it } from "vitest";
import { directionOf, judge, rateChange, relativeChange, timeChange } from "./change";

const of = (count: number, base: number) => ({ count, base, rate: base > 0 ? count / base : null });

describe("relativeChange", () => {
  it.each([
    [109, 100, 0.09],
    [50, 100, -0.5],
    [0, 4, -1],
    [5, 0, null],
    [null, 5, null],
    [5, null, null],
  ])("from %s, earlier %s, is %s", (current, earlier, change) => {
    const found = relativeChange(current, earlier);
    if (change === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(change, 10);
  });
});

describe("timeChange", () => {
  it.each([
    [105, 100, 0],
    [95.3, 100, 0],
    [110.25, 100, 0.1],
    [82.3, 100, -0.18],
    [null, 100, null],
  ])("of %s after %s is %s", (current, earlier, expected) => expect(timeChange(current, earlier)).toBe(expected));
});

describe("rateChange", () => {
  it("is the difference of the rates", () => expect(rateChange(of(956, 1_000), of(954, 1_000))).toBeCloseTo(0.002, 10));

  it("is that of the rates as they are written", () => {
    expect(rateChange(of(2304, 10_000), of(2356, 10_000))).toBeCloseTo(-0.006, 10); // 23.0 % and 23.6 %
    expect(rateChange(of(9447, 10_000), of(9413, 10_000))).toBeCloseTo(0.004, 10); // 94.5 % and 94.1 %
  });

  it("is nothing where one is a share of nothing", () => {
    expect(rateChange(of(0, 0), of(1, 2))).toBeNull();
    expect(rateChange(of(1, 2), of(0, 0))).toBeNull();
  });
});

describe("directionOf", () => {
  it.each([
    [0.0006, "rose"],
    [-0.0006, "fell"],
    [0.0004, "same"],
    [-0.0004, "same"],
    [null, undefined],
  ])("of %s is %s: what would be written as nothing is the same", (change, direction) =>
    expect(directionOf(change)).toBe(direction),
  );
});

describe("judge", () => {
  const settled = { isMaturing: false };
  const maturing = { isMaturing: true };

  it("says better or worse of what chance does not explain", () => {
    expect(judge(of(560, 700), of(480, 800), settled)).toBe("better");
    expect(judge(of(480, 800), of(560, 700), settled)).toBe("worse");
  });

  it("takes more bounces for worse", () => {
    expect(judge(of(560, 700), of(480, 800), { ...settled, lessIsBetter: true })).toBe("worse");
    expect(judge(of(480, 800), of(560, 700), { ...settled, lessIsBetter: true })).toBe("better");
  });

  it("does not judge a fall while messages may still change, but does judge a rise", () => {
    expect(judge(of(480, 800), of(560, 700), maturing)).toBe("early");
    expect(judge(of(560, 700), of(480, 800), maturing)).toBe("better");
  });

  it("does not judge what chance explains, nor few messages", () => {
    expect(judge(of(4_790, 5_000), of(4_775, 5_000), settled)).toBe("unclear");
    expect(judge(of(1, 1), of(0, 9), settled)).toBe("few");
  });

  it("has nothing to say where nothing changed", () => {
    expect(judge(of(50, 100), of(50, 100), settled)).toBeUndefined();
    expect(judge(of(0, 0), of(50, 100), settled)).toBeUndefined();
  });
});
