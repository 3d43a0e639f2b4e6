import { describe, expect, it } from "vitest";
import { en } from "./en";
import { es } from "./es";

describe("plurals", () => {
  it.each([
    [0, "mensajes", "messages"],
    [1, "mensaje", "message"],
    [2, "mensajes", "messages"],
    [1_000_000, "de mensajes", "messages"],
    [1_000_001, "mensajes", "messages"],
  ])("of %i", (count, inSpanish, inEnglish) => {
    expect(es.funnel.noun(count)).toBe(inSpanish);
    expect(en.funnel.noun(count)).toBe(inEnglish);
  });
});

describe("sentences", () => {
  it("agree with their number", () => {
    expect(es.funnel.maturing(1, "1", "4 de diciembre")).toBe("1 mensaje aún puede cambiar, hasta el 4 de diciembre.");
    expect(en.exports.rowsOf("1", 1, "1")).toBe("1 of 1 row");
  });

  it("are known in both languages for each of WhatsApp's codes", () => {
    expect(Object.keys(en.bounces)).toEqual(Object.keys(es.bounces));
  });
});
