import { describe, expect, it } from "vitest";
import { FIRST_PAGE, isSamePage, orderAfter } from "./pagePosition";

const { order } = FIRST_PAGE;

describe("orderAfter", () => {
  it("begins with the largest number, and with the first name", () => {
    expect(orderAfter("READ_RATE", order)).toEqual({ field: "READ_RATE", direction: "DESC" });
    expect(orderAfter("NAME", order)).toEqual({ field: "NAME", direction: "ASC" });
  });

  it("reverses the order of the same column, and back", () => {
    const reversed = orderAfter("SENT", order);
    expect(reversed).toEqual({ field: "SENT", direction: "ASC" });
    expect(orderAfter("SENT", reversed)).toEqual({ field: "SENT", direction: "DESC" });
  });
});

describe("isSamePage", () => {
  it("compares order, size and cursor", () => {
    const second = { ...FIRST_PAGE, cursors: ["c1"] };
    expect(isSamePage(second, { ...FIRST_PAGE, cursors: ["c1"] })).toBe(true);
    expect(isSamePage(second, FIRST_PAGE)).toBe(false);
    expect(isSamePage(FIRST_PAGE, { ...FIRST_PAGE, size: 25 })).toBe(false);
    expect(isSamePage(FIRST_PAGE, { ...FIRST_PAGE, order: orderAfter("SENT", order) })).toBe(false);
  });
});
