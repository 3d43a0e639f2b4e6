import { describe, expect, it } from "vitest";
import { periodsOn, type PeriodName } from "../../../lib/dates/days";
import { steppedDays } from "./steppedDays";

const TODAY = "2026-11-25"; // a Wednesday
const BOUNDS = { firstDay: "2024-01-01", lastDay: TODAY };

const named = (period: PeriodName) => ({ ...periodsOn(TODAY)[period], period });
const fixed = (from: string, to: string) => ({ from, to, period: null });

describe("steppedDays back", () => {
  it.each([
    [named("today"), named("yesterday")],
    [named("yesterday"), fixed("2026-11-23", "2026-11-23")],
    [named("last7"), fixed("2026-11-12", "2026-11-18")],
    [named("thisWeek"), named("lastWeek")],
    [named("lastWeek"), fixed("2026-11-09", "2026-11-15")],
    [named("thisMonth"), named("lastMonth")],
    [named("lastMonth"), fixed("2026-09-01", "2026-09-30")],
    [fixed("2026-01-01", "2026-03-31"), fixed("2025-10-01", "2025-12-31")],
    [named("thisYear"), fixed("2025-01-01", "2025-12-31")],
    [fixed("2026-11-10", "2026-11-12"), fixed("2026-11-07", "2026-11-09")],
  ])("from %o to %o", (chosen, expected) => expect(steppedDays(chosen, -1, TODAY, BOUNDS)).toEqual(expected));
});

describe("steppedDays forward", () => {
  it.each([
    [named("yesterday"), named("today")],
    [fixed("2026-11-12", "2026-11-18"), named("last7")],
    [named("lastWeek"), named("thisWeek")],
    [fixed("2026-09-01", "2026-09-30"), named("lastMonth")],
    [named("lastMonth"), named("thisMonth")],
    [fixed("2025-01-01", "2025-12-31"), named("thisYear")],
    [fixed("2026-11-20", "2026-11-23"), fixed("2026-11-24", TODAY)],
    [named("today"), undefined],
    [named("thisMonth"), undefined],
  ])("from %o to %o", (chosen, expected) => expect(steppedDays(chosen, 1, TODAY, BOUNDS)).toEqual(expected));

  it("begins with the first day that there is", () => {
    const bounds = { firstDay: "2026-11-05", lastDay: TODAY };
    expect(steppedDays(fixed("2026-11-08", "2026-11-14"), -1, TODAY, bounds)).toEqual(
      fixed("2026-11-05", "2026-11-07"),
    );
    expect(steppedDays(fixed("2026-11-05", "2026-11-07"), -1, TODAY, bounds)).toBeUndefined();
  });
});
