import { describe, expect, it } from "vitest";
import { callingCode, withCallingCode } from "./callingCode";

describe("callingCode", () => {
  it.each([
    ["+56 2 2345 6789", "56"],
    ["56912345678", "56"],
    ["+1 415 555 0100", "1"],
    ["+593 99 123 4567", "593"],
    ["+5491123456789", "54"],
    ["", undefined],
    ["1234", undefined],
  ])("of %s is %s", (phone, code) => expect(callingCode(phone)).toBe(code));
});

describe("withCallingCode", () => {
  const phones = ["+56 2 2345 6789", "56222223333"];

  it.each([
    ["9 8765 4321", "56987654321"],
    ["98765", "5698765"],
    ["(09) 8765-4321", undefined], // begins with no digit
    ["09 8765 4321", "56987654321"],
  ])("writes %s as %s", (text, expected) => expect(withCallingCode(text, phones)).toBe(expected));

  it.each(["56987654321", "+569876", "TCK-1234", "wamid.ABCD", "987a"])("leaves %s alone", (text) =>
    expect(withCallingCode(text, phones)).toBeUndefined(),
  );

  it("does not guess between countries, nor without phones", () => {
    expect(withCallingCode("98765432", ["56222223333", "5411222333444"])).toBeUndefined();
    expect(withCallingCode("98765432", [""])).toBeUndefined();
  });
});
