import { describe, expect, it } from "vitest";
import { choiceOf, toggled, withChoice, withOwnDepartments } from "./changes";
import { NO_VALUES, parseFilters } from "./filters";

const parse = (search: string) => parseFilters(new URLSearchParams(search), "2026-11-27");

describe("withChoice", () => {
  it("moves ids from those that messages shall have to those that they shall not have, and back", () => {
    const filters = parse("template=t1&template=t2&not_agent=u1");
    const choice = { ids: ["t1", "t2"], isExcluded: true };
    const changed = { ...filters, ...withChoice(filters, "templates", choice) };
    expect(changed).toMatchObject({ templates: [], excluded: { templates: ["t1", "t2"], agents: ["u1"] } });
    expect(choiceOf(changed, "templates")).toEqual(choice);
    const back = { ...changed, ...withChoice(changed, "templates", { ...choice, isExcluded: false }) };
    expect(back).toEqual(filters);
  });
});

describe("toggled", () => {
  it("chooses one value only, and none when that one is chosen", () => {
    expect(toggled(parse("agent=u1&agent=u2"), "agents", "u1")).toMatchObject({ agents: ["u1"] });
    expect(toggled(parse("agent=u1"), "agents", "u1")).toMatchObject({ agents: [] });
    expect(toggled(parse("category=utility"), "categories", "OTHER")).toEqual({ categories: ["OTHER"] });
  });

  it("shows a value where others of its kind were left out, which those of other kinds stay", () => {
    expect(toggled(parse("not_agent=u2&not_template=t1"), "agents", "u1")).toEqual({
      agents: ["u1"],
      excluded: { ...NO_VALUES.excluded, templates: ["t1"] },
    });
  });
});

describe("withOwnDepartments", () => {
  const filters = parse("department=d1&department=d2&agent=u1");

  it("drops departments of others, and nothing else", () => {
    const { seen, foreign } = withOwnDepartments(filters, [{ id: "d1" }, { id: "d3" }]);
    expect(seen).toEqual({ ...filters, departments: ["d1"] });
    expect(foreign).toEqual(["d2"]);
  });

  it("drops those that are left out, too", () => {
    const { seen, foreign } = withOwnDepartments(parse("not_department=d1&not_department=d2"), [{ id: "d1" }]);
    expect([seen.excluded.departments, foreign]).toEqual([["d1"], ["d2"]]);
  });

  it("drops none for who sees all", () => {
    expect(withOwnDepartments(filters, null)).toEqual({ seen: filters, foreign: [] });
  });
});
