import { describe, expect, it } from "vitest";
import { toCsv, toTsv, writeCell } from "./textTable";

describe("writeCell", () => {
  it.each(["=1+1", "+56 9 1234", "-x", "@SUM(A1)", "\t=1", "\r=1"])("guards the text %j", (text) =>
    expect(writeCell(text, "en")).toBe(`'${text}`),
  );

  it("guards no numbers, and no text that is none", () => {
    expect(writeCell(-3, "en")).toBe("-3");
    expect(writeCell("a=b", "en")).toBe("a=b");
  });

  it("writes decimals as its language does, and no thousands", () => {
    expect(writeCell(12345.5, "es")).toBe("12345,5");
    expect(writeCell({ rate: 0.95333 }, "es")).toBe("95,33%");
    expect(writeCell({ rate: 0.5 }, "en")).toBe("50%");
    expect(writeCell({ rate: null }, "en")).toBe("");
    expect(writeCell(null, "en")).toBe("");
  });
});

const TABLE = {
  head: ["Name", "% Read"],
  rows: [
    ['O\'Higgins; "Sur"', { rate: 0.125 }],
    ["two\nlines\tand a tab", 1234],
  ],
};

describe("toCsv", () => {
  it("has a byte order mark, semicolons and decimal commas in Spanish", () => {
    expect(toCsv(TABLE, "es")).toBe(
      '\uFEFFName;% Read\r\n"O\'Higgins; ""Sur""";12,5%\r\n"two\nlines\tand a tab";1234\r\n',
    );
  });

  it("has commas in English", () => expect(toCsv(TABLE, "en")).toContain("Name,% Read\r\n"));
});

it("toTsv keeps a cell in its cell", () => {
  expect(toTsv(TABLE, "en")).toBe('Name\t% Read\nO\'Higgins; "Sur"\t12.5%\ntwo lines and a tab\t1234');
});
