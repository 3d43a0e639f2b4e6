import { describe, expect, it } from "vitest";
import { FIRST_PAGE, isSamePage, sortedBy } from "./pagePosition";

const secondPage = { ...FIRST_PAGE, cursors: ["c1"] };

describe("sortedBy", () => {
  it("begins with the largest number, and with the first name", () => {
    expect(sortedBy("READ_RATE", FIRST_PAGE).order).toEqual({ field: "READ_RATE", direction: "DESC" });
    expect(sortedBy("NAME", FIRST_PAGE).order).toEqual({ field: "NAME", direction: "ASC" });
  });

  it("reverses the order of the same column, and back", () => {
    const reversed = sortedBy("SENT", FIRST_PAGE);
    expect(reversed.order).toEqual({ field: "SENT", direction: "ASC" });
    expect(sortedBy("SENT", reversed).order).toEqual({ field: "SENT", direction: "DESC" });
  });

  it("goes to the first page", () => expect(sortedBy("READ_RATE", secondPage).cursors).toEqual([]));
});

describe("isSamePage", () => {
  it("compares order and cursor", () => {
    expect(isSamePage(secondPage, { ...FIRST_PAGE, cursors: ["c1"] })).toBe(true);
    expect(isSamePage(secondPage, FIRST_PAGE)).toBe(false);
    expect(isSamePage(FIRST_PAGE, sortedBy("SENT", FIRST_PAGE))).toBe(false);
  });
});
