import { describe, expect, it } from "vitest";
import { wilsonInterval } from "./wilson";

describe("wilsonInterval", () => {
  // Of R's prop.test(count, base, correct = FALSE).
  it.each([
    [15, 50, 0.1910138, 0.4375128],
    [81, 263, 0.2552946, 0.3662014],
    [0, 20, 0, 0.1611252],
    [20, 20, 0.8388748, 1],
    [1, 1, 0.2065432, 1],
    [950, 1000, 0.9346849, 0.9618642],
  ])("of %i in %i is from %f to %f", (count, base, low, high) => {
    const [from = NaN, to = NaN] = wilsonInterval(count, base) ?? [];
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  it("is none where there is nothing", () => expect(wilsonInterval(0, 0)).toBeUndefined());
});
