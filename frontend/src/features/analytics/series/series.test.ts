import { afterEach, describe, expect, it, vi } from "vitest";
import type { Granularity, PointFragment } from "../../../api/generated/operations";
import type { Colors } from "../../../charts/colors";
import { en } from "../../../i18n/en";
import { createFormats } from "../../../i18n/formats";
import { daysBetween, toBuckets, toEarlierBuckets } from "./buckets";
import { seriesLines } from "./lines";
import { seriesOption } from "./seriesOption";
import { seriesTable } from "./seriesTable";

const format = createFormats("en-US");

const NOTHING = { buckets: [], periodName: "previous period" };

/** A point of ten messages: nine sent, one bounced, no rate of responses. */
function point(on: string, time = "00:00"): PointFragment {
  const step = (count: number, rate: number | null) => ({ count, rate });
  return {
    startsAt: `${on}T${time}:00-03:00`,
    on,
    funnel: {
      messages: 10,
      sent: step(9, 0.9),
      bounced: step(1, 0.1),
      delivered: step(8, 8 / 9),
      read: step(4, 0.5),
      responded: step(0, null),
    },
  };
}

const NOVEMBER = { from: "2026-11-01", to: "2026-11-30" };

function bucketsOf(granularity: Granularity, points: PointFragment[], today = "2027-01-01", days = NOVEMBER) {
  return toBuckets({ points, granularity, days, today, t: en, format });
}

describe("toBuckets", () => {
  afterEach(() => void vi.useRealTimers());

  it("marks today as partial", () => {
    const buckets = bucketsOf("DAY", [point("2026-11-26"), point("2026-11-27")], "2026-11-27");
    expect(buckets.map(({ title }) => title)).toEqual(["Thu, Nov 26, 2026", "Fri, Nov 27, 2026 (partial)"]);
    expect(buckets.map(({ axisLabel }) => axisLabel)).toEqual(["Nov 26", "Nov 27"]);
  });

  it("names the days of a week as far as they belong to the period", () => {
    const buckets = bucketsOf("WEEK", [point("2026-11-01"), point("2026-11-02"), point("2026-11-30")]);
    expect(buckets.map(({ isPartial }) => isPartial)).toEqual([true, false, true]);
    expect(buckets[1]?.title).toBe(format.days("2026-11-02", "2026-11-08"));
    expect(buckets[2]?.title).toBe("Nov 30, 2026 (partial)");
  });

  it("marks months that the period cuts, or that are not over", () => {
    const days = { from: "2026-09-15", to: "2026-11-30" };
    const points = [point("2026-09-15"), point("2026-10-01"), point("2026-11-01")];
    const buckets = bucketsOf("MONTH", points, "2026-11-27", days);
    expect(buckets.map(({ title }) => title)).toEqual(["Sep 2026 (partial)", "Oct 2026", "Nov 2026 (partial)"]);
  });

  it("marks the hour that it is", () => {
    vi.useFakeTimers({ now: new Date("2026-11-27T10:30:00-03:00") });
    const buckets = bucketsOf("HOUR", [point("2026-11-27", "09:00"), point("2026-11-27", "10:00")], "2026-11-27");
    expect(buckets.map(({ isPartial }) => isPartial)).toEqual([false, true]);
    expect(buckets[0]?.title).toBe("Fri, Nov 27, 2026 09:00");
  });

  it.each([
    [1, ["Nov 1", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]],
    [2, ["Nov 1", "06:00", "12:00", "18:00", "Nov 2", "06:00", "12:00", "18:00"]],
    [3, ["Nov 1", "Nov 2", "Nov 3"]],
  ])("names some hours of %i days", (days, labels) => {
    const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);
    const points = Array.from({ length: days }, (_, day) =>
      hours.map((hour) => point(`2026-11-0${day + 1}`, hour)),
    ).flat();
    const labeled = bucketsOf("HOUR", points).filter(({ isLabeled }) => isLabeled);
    expect(labeled.map(({ axisLabel }) => axisLabel)).toEqual(labels);
  });
});

describe("names of days on the axis", () => {
  it("are as far apart as each other, and the last day has one", () => {
    const days = { from: "2026-11-01", to: "2026-11-30" };
    const points = Array.from({ length: 30 }, (_, day) => point(`2026-11-${String(day + 1).padStart(2, "0")}`));
    const labeled = bucketsOf("DAY", points, "2027-01-01", days).filter(({ isLabeled }) => isLabeled);
    expect(labeled.map(({ axisLabel }) => axisLabel).slice(-3)).toEqual(["Nov 24", "Nov 27", "Nov 30"]);
    expect(labeled).toHaveLength(10);
  });
});

describe("daysBetween", () => {
  const weeks = bucketsOf("WEEK", [point("2026-11-01"), point("2026-11-02"), point("2026-11-30")]);

  it("goes from the first day of a point to the last of another, within the period", () => {
    expect(daysBetween(weeks, 0, 1, NOVEMBER)).toEqual({ from: "2026-11-01", to: "2026-11-08" });
    expect(daysBetween(weeks, 2, 2, NOVEMBER)).toEqual({ from: "2026-11-30", to: "2026-11-30" });
  });
});

describe("seriesLines", () => {
  it("shows counts of all messages and each step", () => {
    const { funnel } = point("2026-11-01");
    const lines = seriesLines("counts", en, format);
    expect(lines.map((line) => [line.key, line.value(funnel), line.text(funnel)])).toEqual([
      ["messages", 10, "10"],
      ["sent", 9, "9"],
      ["delivered", 8, "8"],
      ["read", 4, "4"],
      ["responded", 0, "0"],
      ["bounced", 1, "1"],
    ]);
  });

  it("shows rates of each step; a rate of nothing is none", () => {
    const { funnel } = point("2026-11-01");
    const lines = seriesLines("rates", en, format);
    expect(lines.map((line) => [line.key, line.text(funnel)])).toEqual([
      ["sent", "90.0%"],
      ["delivered", "88.9%"],
      ["read", "50.0%"],
      ["responded", "–"],
      ["bounced", "10.0%"],
    ]);
    expect(lines[3]?.value(funnel)).toBeNull();
  });
});

describe("seriesOption", () => {
  const colors = { "step-2": "blue", quiet: "gray", bad: "orange" } as Colors;
  const buckets = bucketsOf(
    "DAY",
    [point("2026-11-25"), point("2026-11-26"), point("2026-11-27"), point("2026-11-28")],
    "2026-11-27",
  );
  const sent = seriesLines("counts", en, format).filter(({ key }) => key === "sent");

  it("draws whole days solid, and dashes the line to a partial day and from it", () => {
    const option = seriesOption({ buckets, earlier: NOTHING, lines: sent, measure: "counts", colors, t: en, format });
    expect(option.series).toMatchObject([
      { name: "Sent", color: "blue", data: [9, 9, null, 9], lineStyle: { type: "solid" } },
      { name: "Sent", color: "blue", data: [null, 9, 9, 9], lineStyle: { type: [3, 4] } },
    ]);
  });

  it("shows a point that has no neighbor, which would be no line", () => {
    const single = seriesOption({
      buckets: buckets.slice(0, 1),
      earlier: NOTHING,
      lines: sent,
      measure: "counts",
      colors,
      t: en,
      format,
    });
    expect(single.series).toMatchObject([{ showSymbol: true }, { showSymbol: false }]);
  });

  it("gives rates the whole axis from 0 to 1", () => {
    const option = seriesOption({ buckets, earlier: NOTHING, lines: [], measure: "rates", colors, t: en, format });
    expect(option.yAxis).toMatchObject({ min: 0, max: 1, interval: 0.25 });
  });
});

describe("the earlier period", () => {
  const colors = { "step-1": "gray", "step-2": "blue", quiet: "gray", bad: "orange" } as Colors;
  const lines = seriesLines("counts", en, format);
  const buckets = bucketsOf("DAY", [point("2026-11-01"), point("2026-11-02"), point("2026-11-03")]);

  function earlierOf(comparedUntil: string | null) {
    const earlier = { period: { from: "2026-10-01", to: "2026-10-02" }, coverage: { comparedUntil } };
    const points = [point("2026-10-01"), point("2026-10-02"), point("2026-10-03")];
    return toEarlierBuckets({ points, granularity: "DAY", earlier, today: "2026-11-03", t: en, format });
  }

  it("ends when it is compared until, in a partial day", () => {
    expect(earlierOf("2026-10-02T15:20:00-03:00").map(({ title }) => title)).toEqual([
      "Thu, Oct 1, 2026",
      "Fri, Oct 2, 2026 (partial)",
    ]);
    expect(earlierOf(null)).toHaveLength(3);
  });

  it("is drawn dashed, of the first line, each point at the place of the one that it is compared with", () => {
    const earlier = { ...NOTHING, buckets: earlierOf("2026-10-02T15:20:00-03:00") };
    const option = seriesOption({ buckets, earlier, lines, measure: "counts", colors, t: en, format });
    const drawn = [option.series].flat().filter((one) => one?.id !== undefined);
    expect(drawn).toMatchObject([
      {
        id: "earlier messages",
        name: "Messages, previous period",
        data: [10, 10, null],
        lineStyle: { type: [5, 4] },
      },
    ]);
  });

  it("has a column in the table, empty where it is shorter", () => {
    const earlier = earlierOf("2026-10-02T15:20:00-03:00");
    const { head, rows, cells } = seriesTable({ buckets, earlier, lines, compared: lines[0], t: en });
    expect(head.slice(-2)).toEqual(["Date, before", "Messages, before"]);
    expect(rows.map((row) => row.slice(-2))).toEqual([
      ["Thu, Oct 1, 2026", "10"],
      ["Fri, Oct 2, 2026 (partial)", "10"],
      [null, null],
    ]);
    expect(cells.map((row) => row.at(-1))).toEqual([10, 10, null]);
    expect(seriesTable({ buckets, earlier: [], lines, compared: lines[0], t: en }).head).toHaveLength(lines.length + 1);
  });
});

describe("marks", () => {
  it("stand on the axis at the points in which something happened", () => {
    const colors = { quiet: "gray" } as Colors;
    const shared = { buckets: [], earlier: NOTHING, lines: [], measure: "counts", colors, t: en, format } as const;
    const series = (marks: string[][]) => seriesOption({ ...shared, buckets: [], lines: [], marks }).series;
    expect(series([[], []])).toEqual([]);
    expect(series([[], ["Holiday"]])).toMatchObject([{ id: "annotations", data: [null, 0] }]);
  });
});
