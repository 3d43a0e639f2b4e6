import { describe, expect, it } from "vitest";
import { isEverything, withFirst } from "./choice";

const OPTIONS = ["d1", "d2"].map((id) => ({ id, name: `Department ${id}` }));

describe("isEverything", () => {
  it.each([
    [["d1", "d2"], 2, true],
    [["d2", "d1", "gone"], 2, true],
    [["d1"], 2, false],
    [["d1", "gone"], 2, false],
    [["d1", "d2"], 3, false],
    [["d1", "d2", "d3"], 3, true],
    [[], 0, false],
  ])("of %j among %i in all is %s", (ids, total, expected) => expect(isEverything(ids, OPTIONS, total)).toBe(expected));
});

describe("withFirst", () => {
  it("lists what was chosen first, each once", () => {
    const [first, second] = OPTIONS;
    if (!first || !second) throw new Error("there are two");
    expect(withFirst([second, { id: "gone", name: "Gone" }], OPTIONS).map(({ id }) => id)).toEqual([
      "d2",
      "gone",
      "d1",
    ]);
  });
});
