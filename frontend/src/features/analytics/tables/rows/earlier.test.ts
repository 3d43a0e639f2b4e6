import { describe, expect, it } from "vitest";
import { earlierFunnels, narrowedToRows } from "./earlier";
import { sumFunnels } from "./sums";

const filter = { sentOn: { from: "2026-11-01", to: "2026-11-30" }, agentIds: null, templateIds: ["t1", "t2"] };
const funnel = { ...sumFunnels([]), messages: 7 };

describe("narrowedToRows", () => {
  it("asks for the rows on show only, each id once", () => {
    const rows = [
      { agents: "u2", departments: "d1" },
      { agents: "u1", departments: "d1" },
      { agents: "u2", departments: "d2" },
    ];
    expect(narrowedToRows(filter, rows)).toMatchObject({
      sentOn: filter.sentOn,
      agentIds: ["u1", "u2"],
      departmentIds: ["d1", "d2"],
      templateIds: ["t1", "t2"],
    });
  });

  it("leaves a filter by category as it is", () => {
    const narrowed = narrowedToRows({ ...filter, categories: null }, [{ categories: "MARKETING" }]);
    expect(narrowed.categories).toBeNull();
    expect(narrowed.agentIds).toBeNull();
  });
});

describe("earlierFunnels", () => {
  const find = earlierFunnels([
    { agent: { id: "u1" }, department: { id: "d1" }, funnel },
    { category: "UTILITY", funnel },
  ]);

  it("finds a row by all that it is of", () => {
    expect(find({ agents: "u1", departments: "d1" })).toBe(funnel);
    expect(find({ categories: "UTILITY" })).toBe(funnel);
  });

  it("says that a row without messages then had none", () => {
    expect(find({ agents: "u1", departments: "d2" }).messages).toBe(0);
    expect(find({ agents: "u1" }).messages).toBe(0);
    expect(find({ agents: "u1" }).read.rate).toBeNull();
  });
});
