import { describe, expect, it } from "vitest";
import { parseFilters, parseFixedFilters, toFilterInput, toggled, toSearchParams, withOwnDepartments } from "./filters";

const TODAY = "2026-11-27";
const NO_IDS = { compare: "previous", templates: [], accounts: [], departments: [], agents: [] };

const parse = (search: string) => parseFilters(new URLSearchParams(search), TODAY);

describe("parseFilters", () => {
  it.each(["", "period=never", "from=2026-11-01", "from=2026-02-31&to=2026-03-01", "from=2026-11-02&to=2026-11-01"])(
    "takes the last 30 days for '%s'",
    (search) => expect(parse(search)).toEqual({ from: "2026-10-29", to: TODAY, period: "last30", ...NO_IDS }),
  );

  it("takes the days of a period from today", () => {
    expect(parse("period=thisMonth")).toEqual({ from: "2026-11-01", to: TODAY, period: "thisMonth", ...NO_IDS });
  });

  it("prefers days to a period", () => {
    const days = { from: "2026-11-01", to: "2026-11-02" };
    expect(parse("period=today&from=2026-11-01&to=2026-11-02")).toEqual({ ...days, period: null, ...NO_IDS });
  });

  it("sorts ids and takes each once, so that equal filters are asked for once", () => {
    expect(parse("template=t2&template=t1&template=t2&agent=u1")).toMatchObject({
      templates: ["t1", "t2"],
      agents: ["u1"],
      departments: [],
    });
  });
});

describe("parseFixedFilters", () => {
  it("has filters of fixed days only: others need to know which day it is", () => {
    expect(parseFixedFilters(new URLSearchParams("period=today"))).toBeUndefined();
    expect(parseFixedFilters(new URLSearchParams("from=2026-11-01&to=2026-11-02&account=a1"))).toEqual({
      from: "2026-11-01",
      to: "2026-11-02",
      period: null,
      ...NO_IDS,
      accounts: ["a1"],
    });
  });
});

describe("toSearchParams", () => {
  it.each([
    "period=last90&template=t1&template=t2&account=a1&department=d1&agent=u1",
    "from=2026-11-01&to=2026-11-02&department=d+1%26x",
    "period=last30&compare=year&agent=u1",
    "period=last30&compare=none",
  ])("writes what parseFilters reads: %s", (search) => expect(toSearchParams(parse(search)).toString()).toBe(search));
});

describe("toFilterInput", () => {
  it("restricts nothing by an empty list", () => {
    expect(toFilterInput(parse("from=2026-11-01&to=2026-11-02&agent=u1"))).toEqual({
      sentOn: { from: "2026-11-01", to: "2026-11-02" },
      templateIds: null,
      accountIds: null,
      departmentIds: null,
      agentIds: ["u1"],
    });
  });
});

describe("toSearchParams with others", () => {
  it("keeps what is about something else", () => {
    const others = new URLSearchParams("tab=templates&agent=u9&period=today");
    expect(toSearchParams(parse("period=last90&agent=u1"), others).toString()).toBe(
      "period=last90&agent=u1&tab=templates",
    );
  });
});

describe("toggled", () => {
  it("chooses one value only, and none when that one is chosen", () => {
    expect(toggled(parse("agent=u1&agent=u2"), "agents", "u1")).toEqual({ agents: ["u1"] });
    expect(toggled(parse("agent=u1"), "agents", "u1")).toEqual({ agents: [] });
  });
});

describe("withOwnDepartments", () => {
  const filters = parse("department=d1&department=d2&agent=u1");

  it("drops departments of others, and nothing else", () => {
    const { seen, foreign } = withOwnDepartments(filters, [{ id: "d1" }, { id: "d3" }]);
    expect(seen).toEqual({ ...filters, departments: ["d1"] });
    expect(foreign).toEqual(["d2"]);
  });

  it("drops none for who sees all", () => {
    expect(withOwnDepartments(filters, null)).toEqual({ seen: filters, foreign: [] });
  });
});
