import { describe, expect, it } from "vitest";
import { parseFilters } from "../filters/filters";
import { comparisonOf } from "./comparison";

const of = (search: string) => comparisonOf(parseFilters(new URLSearchParams(search), "2026-11-27"));

describe("comparisonOf", () => {
  it.each(["today", "yesterday", "thisWeek", "lastWeek", "thisMonth", "lastMonth", "thisYear"])(
    "compares %s with the period before",
    (name) => expect(of(`period=${name}`)).toBe("PERIOD_BEFORE"),
  );

  it.each(["last7", "last30", "last90", "last12Months"])("compares %s with as many days before", (name) =>
    expect(of(`period=${name}`)).toBe("DAYS_BEFORE"),
  );

  it.each([
    ["2026-11-26", "2026-11-26", "a day"],
    ["2026-10-01", "2026-10-31", "a month"],
    ["2025-11-01", "2026-10-31", "twelve months"],
    ["2026-11-16", "2026-11-22", "a week"],
    ["2026-11-09", "2026-11-22", "two weeks"],
    ["2026-11-01", "2026-11-27", "a month that runs"],
    ["2026-11-23", "2026-11-27", "a week that runs"],
    ["2026-01-01", "2026-11-27", "a year that runs"],
  ])("compares %s to %s, %s, with the period before", (from, to) =>
    expect(of(`from=${from}&to=${to}`)).toBe("PERIOD_BEFORE"),
  );

  it.each([
    ["2026-10-02", "2026-10-31"],
    ["2026-10-01", "2026-11-15"],
    ["2026-11-15", "2026-11-21"],
    ["2026-11-16", "2026-11-28"],
  ])("compares %s to %s, which no calendar names, with as many days before", (from, to) =>
    expect(of(`from=${from}&to=${to}`)).toBe("DAYS_BEFORE"),
  );

  it("does what the reader chose", () => {
    expect(of("period=last30&compare=year")).toBe("SAME_PERIOD_LAST_YEAR");
    expect(of("period=last30&compare=none")).toBeNull();
    expect(of("period=last30&compare=never")).toBe("DAYS_BEFORE");
  });
});
