import { describe, expect, it } from "vitest";
import { hasWrongDates, NO_VALUES, parseFilters, parseFixedFilters, toFilterInput, toSearchParams } from "./filters";

const TODAY = "2026-11-27";

const parse = (search: string) => parseFilters(new URLSearchParams(search), TODAY);

describe("parseFilters", () => {
  it.each(["", "period=never", "from=2026-11-01", "from=2026-02-31&to=2026-03-01", "from=2026-11-02&to=2026-11-01"])(
    "takes the last 30 days for '%s'",
    (search) =>
      expect(parse(search)).toEqual({
        from: "2026-10-29",
        to: TODAY,
        period: "last30",
        compare: "previous",
        ...NO_VALUES,
      }),
  );

  it("takes the days of a period from today", () => {
    expect(parse("period=thisMonth")).toEqual({
      from: "2026-11-01",
      to: TODAY,
      period: "thisMonth",
      compare: "previous",
      ...NO_VALUES,
    });
  });

  it("prefers days to a period", () => {
    const days = { from: "2026-11-01", to: "2026-11-02" };
    expect(parse("period=today&from=2026-11-01&to=2026-11-02")).toEqual({
      ...days,
      period: null,
      compare: "previous",
      ...NO_VALUES,
    });
  });

  it("sorts ids and takes each once, so that equal filters are asked for once", () => {
    expect(parse("template=t2&template=t1&template=t2&agent=u1")).toMatchObject({
      templates: ["t1", "t2"],
      agents: ["u1"],
      departments: [],
    });
  });

  it("takes excluded ids from the chosen ones, which leave nothing else to exclude", () => {
    expect(parse("template=t1&template=t2&not_template=t2&not_template=t3")).toMatchObject({
      templates: ["t1"],
      excluded: NO_VALUES.excluded,
    });
    expect(parse("agent=u1&not_agent=u1&not_agent=u2&not_agent=u2")).toMatchObject({
      agents: [],
      excluded: { ...NO_VALUES.excluded, agents: ["u1", "u2"] },
    });
  });

  it("knows the API's categories, and any language", () => {
    expect(parse("category=utility&category=marketing&category=color&language=es_CL&language=en")).toMatchObject({
      categories: ["MARKETING", "UTILITY"],
      languages: ["en", "es_CL"],
    });
  });
});

describe("hasWrongDates", () => {
  it.each(["from=2026-02-31&to=2026-03-01", "from=2026-03-02&to=2026-03-01", "from=2026-03-01", "period=someday"])(
    "is true of %s",
    (search) => expect(hasWrongDates(new URLSearchParams(search))).toBe(true),
  );

  it.each(["", "agent=u1", "period=last7", "from=2026-03-01&to=2026-03-01", "from=nonsense&period=today"])(
    "is false of “%s”",
    (search) => expect(hasWrongDates(new URLSearchParams(search))).toBe(false),
  );
});

describe("parseFixedFilters", () => {
  it("has filters of fixed days only: others need to know which day it is", () => {
    expect(parseFixedFilters(new URLSearchParams("period=today"))).toBeUndefined();
    expect(parseFixedFilters(new URLSearchParams("from=2026-11-01&to=2026-11-02&account=a1"))).toEqual({
      from: "2026-11-01",
      to: "2026-11-02",
      period: null,
      compare: "previous",
      ...NO_VALUES,
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
    "period=last90&account=a1&not_template=t1&not_department=d1&not_agent=u1&not_agent=u2",
    "period=last90&not_account=a+1%26x&category=utility&category=other&language=es_CL",
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
      excludeTemplateIds: null,
      excludeAccountIds: null,
      excludeDepartmentIds: null,
      excludeAgentIds: null,
      categories: null,
      languages: null,
    });
  });

  it("has the values that messages shall not have, and those of their templates", () => {
    expect(toFilterInput(parse("not_department=d1&category=service&language=pt_BR"))).toMatchObject({
      departmentIds: null,
      excludeDepartmentIds: ["d1"],
      categories: ["SERVICE"],
      languages: ["pt_BR"],
    });
  });
});

describe("toSearchParams with others", () => {
  it("keeps what is about something else", () => {
    const others = new URLSearchParams("tab=templates&agent=u9&not_agent=u8&category=utility&period=today");
    expect(toSearchParams(parse("period=last90&agent=u1"), others).toString()).toBe(
      "period=last90&agent=u1&tab=templates",
    );
  });
});
