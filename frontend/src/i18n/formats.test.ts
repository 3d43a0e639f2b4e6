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
    expect(english.points(0.0021)).toBe("+0.2 pp");
    expect(spanish.points(-0.0213)).toBe("-2,1 pp");
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
    expect(english.days("2026-11-22", "2026-11-23")).toMatch(/^Nov 22\s–\s23, 2026$/u);
  });

  it("begin weeks with Monday", () => {
    expect([1, 7].map(english.longWeekday)).toEqual(["Monday", "Sunday"]);
    expect(english.weekday(1)).toBe("Mon");
    expect(english.hour(9)).toBe("09:00");
  });
});

describe("time zones", () => {
  it("are named as readers call them", () => {
    expect(spanish.timeZone("America/Santiago")).toBe("hora de Chile");
    expect(english.timeZone("America/Santiago")).toBe("Chile Time");
  });
});
