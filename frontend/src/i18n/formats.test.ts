import { describe, expect, it } from "vitest";
import { createFormats } from "./formats";

const english = createFormats("en-US");
const spanish = createFormats("es-CL");

describe("rates", () => {
  it.each([
    [0.2755, "27.6%", "27,6%"],
    [0, "0.0%", "0,0%"],
    [0.0005, "0.1%", "0,1%"],
    [0.00049, "<0.1%", "<0,1%"],
    [null, "–", "–"],
  ])("%s is %s", (rate, inEnglish, inSpanish) => {
    expect(english.rate(rate)).toBe(inEnglish);
    expect(spanish.rate(rate)).toBe(inSpanish);
  });
});

describe("changes", () => {
  it.each([
    [0.089, "+8.9%", "+8,9%"],
    [-0.5, "-50.0%", "-50,0%"],
  ])("%s of a number is %s", (ratio, inEnglish, inSpanish) => {
    expect(english.change(ratio)).toBe(inEnglish);
    expect(spanish.change(ratio)).toBe(inSpanish);
  });

  it("of a rate is in percentage points", () => {
    expect(english.points(0.0021)).toBe("+0.2");
    expect(spanish.points(-0.0213)).toBe("-2,1");
  });
});

describe("durations", () => {
  it.each([
    [null, "–"],
    [0, "0 sec"],
    [59.4, "59 sec"],
    [61, "1 min 1 sec"],
    [3_599.6, "1 hr"],
    [8_520, "2 hr 22 min"],
    [11 * 3_600 + 1_500, "11 hr"],
    [86_400 + 7_200, "1 day 2 hr"],
    [11 * 86_400 + 3_600, "11 days"],
  ])("%s seconds are %s", (seconds, text) => expect(english.duration(seconds)).toBe(text));
});

describe("numbers", () => {
  it("are grouped as the language does", () => {
    expect(english.count(1_234_567)).toBe("1,234,567");
    expect(spanish.count(1_234_567)).toBe("1.234.567");
  });

  it.each([
    [1, "1 kB"],
    [999_999, "1,000 kB"],
    [9_500_000, "9.5 MB"],
  ])("%i bytes are %s", (bytes, text) => expect(english.bytes(bytes)).toBe(text));
});

describe("days and times", () => {
  it("are those of the tenant's zone", () => {
    const instant = "2026-11-28T01:30:00Z";
    expect(english.time(Date.parse(instant), "America/Santiago")).toBe("22:30");
    expect(english.instantDay(instant, "America/Santiago")).toBe("November 27");
    expect(english.instant(instant, "Asia/Tokyo")).toBe("Nov 28, 10:30");
  });

  it("are calendar days wherever the browser is", () => {
    expect(english.day("2026-11-22")).toBe("Nov 22, 2026");
    expect(english.days("2026-11-22", "2026-11-22")).toBe("Nov 22, 2026");
    expect(english.days("2026-11-22", "2026-11-23")).toBe("Nov 22 – 23, 2026");
  });

  it("are brief in Spanish, too", () => {
    expect(spanish.day("2026-11-22")).toBe("22 nov 2026");
    expect(spanish.days("2026-10-29", "2026-11-27")).toBe("29 oct – 27 nov 2026");
    expect(spanish.days("2026-11-01", "2026-11-27")).toBe("1 – 27 nov 2026");
    expect(spanish.days("2025-12-15", "2026-01-03")).toBe("15 dic 2025 – 3 ene 2026");
    expect(spanish.dayOfWeek("2026-10-31")).toBe("sáb 31 oct 2026");
    expect(spanish.month("2026-11-01")).toBe("nov 2026");
    expect(spanish.moment("2026-11-28T01:30:05Z", "America/Santiago")).toBe("27 nov 2026, 22:30:05");
  });

  it("begin weeks with Monday", () => {
    expect([1, 7].map(english.longWeekday)).toEqual(["Monday", "Sunday"]);
    expect(english.weekday(1)).toBe("Mon");
    expect(english.hour(9)).toBe("09:00");
  });
});

describe("rates side by side", () => {
  it("have one decimal, a difference its sign", () => {
    expect(spanish.rateRange([0.9346, 0.9619])).toBe("93,5–96,2%");
    expect([0.021, -0.0345, 0].map(english.points)).toEqual(["+2.1", "-3.5", "0.0"]);
  });
});
