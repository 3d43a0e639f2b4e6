import { describe, expect, it } from "vitest";
import { groupOptions, isEverything, sumByValue, type Option, type UsedRow } from "./choice";

const OPTIONS = ["d1", "d2"].map((id): Option => ({ id, name: `Department ${id}` }));

const row = (id: string, messages: number, active = true): UsedRow => ({
  value: { id, name: id, active },
  funnel: { messages },
});

describe("sumByValue", () => {
  it("sums an agent's departments, the most messages first", () => {
    expect(sumByValue([row("u1", 5), row("u2", 4), row("u2", 3)], true)).toEqual([
      { id: "u2", name: "u2", messages: 7 },
      { id: "u1", name: "u1", messages: 5 },
    ]);
  });

  it("tells no sums where rows are missing, and which values are deleted", () => {
    expect(sumByValue([row("u1", 5, false)], false)).toEqual([{ id: "u1", name: "u1", isDeleted: true }]);
  });
});

describe("groupOptions", () => {
  const used: Option[] = [
    { id: "b", name: "Bíobío", messages: 9 },
    { id: "x", name: "Bío antiguo", messages: 4, isDeleted: true },
    { id: "a", name: "Arica", messages: 1 },
  ];
  const all: Option[] = ["a", "b", "c"].map((id) => ({ id, name: id }));
  const ids = (input: Parameters<typeof groupOptions>[0]) =>
    groupOptions(input).map(({ name, options }) => [name, options.map(({ id }) => id)]);

  it("lists those with messages, then deleted ones, then the others", () => {
    expect(ids({ chosen: [], used, all: [], search: "" })).toEqual([
      ["used", ["b", "a"]],
      ["deleted", ["x"]],
    ]);
    expect(ids({ chosen: [], used, all, search: "" }).at(-1)).toEqual(["others", ["c"]]);
  });

  it("lists what was chosen on opening first, each once, with its messages", () => {
    const groups = groupOptions({ chosen: [{ id: "a", name: "Arica" }], used, all, search: "" });
    expect(groups[0]).toEqual({ name: "chosen", options: [{ id: "a", name: "Arica", messages: 1 }] });
    expect(groups.flatMap(({ options }) => options.map(({ id }) => id))).toEqual(["a", "b", "x", "c"]);
  });

  it("searches in all, and in deleted ones without case and accents", () => {
    const found = ids({ chosen: [{ id: "a", name: "Arica" }], used, all: all.slice(1), search: "BIO" });
    expect(found).toEqual([
      ["used", ["b"]],
      ["deleted", ["x"]],
      ["others", ["c"]],
    ]);
  });
});

describe("isEverything", () => {
  const deleted: Option = { id: "gone", name: "Gone", isDeleted: true };

  it.each<[string[], Option[], number, boolean]>([
    [["d1", "d2"], OPTIONS, 2, true],
    [["d2", "d1", "other"], OPTIONS, 2, true],
    [["d1"], OPTIONS, 2, false],
    [["d1", "other"], OPTIONS, 2, false],
    [["d1", "d2"], OPTIONS, 3, false],
    [["d1", "d2"], [...OPTIONS, deleted], 2, false],
    [["d1", "d2", "gone"], [...OPTIONS, deleted], 2, true],
    [["d1", "d2", "gone"], [...OPTIONS, deleted], 3, false],
    [[], [], 0, false],
  ])("of %j among %j and %i in all is %s", (ids, options, total, expected) =>
    expect(isEverything(ids, options, total)).toBe(expected),
  );
});
