import { describe, expect, it } from "vitest";
import { addDays } from "../../../../lib/dates/days";
import { allowedGranularities, defaultGranularity } from "./granularity";

const daysOf = (count: number) => ({ from: "2024-01-01", to: addDays("2024-01-01", count - 1) });

describe("defaultGranularity", () => {
  it.each([
    [1, "HOUR"],
    [2, "HOUR"],
    [3, "DAY"],
    [100, "DAY"],
    [101, "WEEK"],
    [550, "WEEK"],
    [551, "MONTH"],
  ])("of %i days is %s", (count, granularity) => expect(defaultGranularity(daysOf(count))).toBe(granularity));
});

describe("allowedGranularities", () => {
  it("leaves out hours where they would be too many points", () => {
    expect(allowedGranularities(daysOf(41), 1_000)).toEqual(["HOUR", "DAY", "WEEK", "MONTH"]);
    expect(allowedGranularities(daysOf(42), 1_000)).toEqual(["DAY", "WEEK", "MONTH"]);
  });
});
