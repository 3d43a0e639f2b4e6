import { describe, expect, it } from "vitest";
import { addDays, countDays, currentDay, endOfMonth, endOfWeek, isDay, periodsOn } from "./days";

describe("isDay", () => {
  it.each(["2026-11-22", "2024-02-29"])("accepts %s", (text) => expect(isDay(text)).toBe(true));

  it.each([null, "", "2026-02-31", "2025-02-29", "2026-13-01", "2026-1-1", "22-11-2026", "2026-11-22T00:00"])(
    "rejects %s",
    (text) => expect(isDay(text)).toBe(false),
  );
});

describe("arithmetic with days", () => {
  it("crosses months, leap days and years", () => {
    expect(addDays("2024-02-28", 1)).toBe("2024-02-29");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  });

  it("counts both ends of a range", () => {
    expect(countDays({ from: "2026-11-22", to: "2026-11-22" })).toBe(1);
    expect(countDays({ from: "2024-01-01", to: "2024-12-31" })).toBe(366);
  });

  it("ends weeks on Sunday", () => {
    expect(endOfWeek("2026-11-23")).toBe("2026-11-29"); // a Monday
    expect(endOfWeek("2026-11-29")).toBe("2026-11-29");
  });

  it("ends months on their last day", () => {
    expect(endOfMonth("2024-02-01")).toBe("2024-02-29");
    expect(endOfMonth("2026-12-31")).toBe("2026-12-31");
  });
});

describe("currentDay", () => {
  it("is the day of the zone, not of the browser", () => {
    const instant = new Date("2026-11-28T01:30:00Z");
    expect(currentDay("America/Santiago", instant)).toBe("2026-11-27");
    expect(currentDay("Asia/Tokyo", instant)).toBe("2026-11-28");
  });
});

describe("periodsOn", () => {
  it("has the days of each period", () => {
    expect(periodsOn("2026-03-05")).toEqual({
      today: { from: "2026-03-05", to: "2026-03-05" },
      yesterday: { from: "2026-03-04", to: "2026-03-04" },
      last7: { from: "2026-02-27", to: "2026-03-05" },
      last30: { from: "2026-02-04", to: "2026-03-05" },
      last90: { from: "2025-12-06", to: "2026-03-05" },
      last12Months: { from: "2025-03-06", to: "2026-03-05" },
      thisWeek: { from: "2026-03-02", to: "2026-03-05" },
      lastWeek: { from: "2026-02-23", to: "2026-03-01" },
      thisMonth: { from: "2026-03-01", to: "2026-03-05" },
      lastMonth: { from: "2026-02-01", to: "2026-02-28" },
      thisYear: { from: "2026-01-01", to: "2026-03-05" },
    });
  });

  it("begins weeks on Monday, also on a Sunday", () => {
    expect(periodsOn("2026-11-29").thisWeek).toEqual({ from: "2026-11-23", to: "2026-11-29" });
    expect(periodsOn("2026-11-30").thisWeek).toEqual({ from: "2026-11-30", to: "2026-11-30" });
  });

  it("has twelve months on a leap day", () => {
    expect(periodsOn("2024-02-29").last12Months).toEqual({ from: "2023-03-01", to: "2024-02-29" });
  });

  it("takes the last month from the last year in January", () => {
    expect(periodsOn("2026-01-31").lastMonth).toEqual({ from: "2025-12-01", to: "2025-12-31" });
  });
});
