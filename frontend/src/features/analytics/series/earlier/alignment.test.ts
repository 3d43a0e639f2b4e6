import { describe, expect, it } from "vitest";
import { addDays } from "../../../../lib/dates/days";
import { alignEarlier, weekdayOffset } from "./alignment";

const days = (from: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ on: addDays(from, index) }));
const weekday = (day: string) => new Date(Date.parse(day)).getUTCDay();

describe("weekdayOffset", () => {
  it.each([
    ["2026-11-01", "2026-10-01", 30, 3], // 31 days apart: moved to 28
    ["2026-10-30", "2026-09-30", 30, 2], // 30 days apart
    ["2026-11-02", "2026-08-04", 90, -1], // 90 days apart: moved to 91
    ["2026-11-01", "2025-11-01", 30, 1], // a year, of 365 days
    ["2026-11-01", "2026-10-04", 28, 0],
  ])("of days from %s after %s, %i of them, is %i", (from, before, count, offset) =>
    expect(weekdayOffset(days(from, count), days(before, count), "DAY")).toBe(offset),
  );

  it("is nothing for few days, other widths, and without an earlier period", () => {
    expect(weekdayOffset(days("2026-11-01", 10), days("2026-10-22", 10), "DAY")).toBe(0);
    expect(weekdayOffset(days("2026-11-01", 30), days("2026-10-01", 31), "WEEK")).toBe(0);
    expect(weekdayOffset(days("2026-11-01", 30), [], "DAY")).toBe(0);
  });
});

describe("alignEarlier", () => {
  it("puts each day beside the same weekday, and leaves out what the earlier period does not have", () => {
    const now = days("2026-11-01", 30);
    const aligned = alignEarlier(now, days("2026-10-01", 31), "DAY");
    expect(aligned[0]).toEqual({ on: "2026-10-04" });
    expect(aligned.slice(-2)).toEqual([undefined, undefined]);
    aligned.forEach((before, index) => {
      if (before) expect(weekday(before.on)).toBe(weekday(now[index]?.on ?? ""));
    });
    const first = alignEarlier(days("2026-11-02", 90), days("2026-08-04", 90), "DAY")[0];
    expect(first).toBeUndefined();
  });

  it("keeps the order where weekdays say nothing", () => {
    const earlier = days("2026-10-22", 10);
    expect(alignEarlier(days("2026-11-01", 10), earlier, "DAY")).toEqual(earlier);
  });
});
