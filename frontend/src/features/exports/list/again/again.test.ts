import { describe, expect, it } from "vitest";
import type { ExportRowFragment } from "../../../../api/generated/operations";
import { canRepeat, toInput } from "./again";

const filter = {
  period: { from: "2026-11-01", to: "2026-11-02" },
  where: null,
  templateIds: ["t1"],
  accountIds: null,
  departmentIds: ["d1", "d2"],
  agentIds: null,
  excludeTemplateIds: ["t2"],
  excludeAccountIds: null,
  excludeDepartmentIds: null,
  excludeAgentIds: null,
  categories: ["UTILITY" as const],
  languages: ["es_CL"],
};
const expired = {
  name: "Envíos",
  format: "CSV",
  locale: "EN",
  columns: ["READ_AT"],
  separator: "COMMA",
  status: "EXPIRED",
  failure: null,
  filter,
} as Partial<ExportRowFragment> as ExportRowFragment;

describe("canRepeat", () => {
  it.each([
    [{ status: "EXPIRED" }, true],
    [{ status: "CANCELED" }, true],
    [{ status: "FAILED", failure: { code: "STORAGE", message: "" } }, true],
    [{ status: "FAILED", failure: { code: "DROPPED", message: "" } }, false],
    [{ status: "COMPLETED" }, false],
    [{ status: "RUNNING" }, false],
  ] as const)("%o: %s", (changes, expected) => expect(canRepeat({ ...expired, ...changes }, null)).toBe(expected));

  it("is false where the reader sees none of its departments any more", () => {
    expect(canRepeat(expired, [{ id: "d3" }])).toBe(false);
    expect(canRepeat({ ...expired, filter: { ...filter, departmentIds: null } }, [{ id: "d3" }])).toBe(true);
  });
});

describe("toInput", () => {
  it("asks for the same file", () => {
    expect(toInput(expired, null)).toEqual({
      name: "Envíos",
      format: "CSV",
      locale: "EN",
      columns: ["READ_AT"],
      separator: "COMMA",
      where: null,
      filter: {
        sentOn: { from: "2026-11-01", to: "2026-11-02" },
        templateIds: ["t1"],
        accountIds: null,
        departmentIds: ["d1", "d2"],
        agentIds: null,
        excludeTemplateIds: ["t2"],
        excludeAccountIds: null,
        excludeDepartmentIds: null,
        excludeAgentIds: null,
        categories: ["UTILITY"],
        languages: ["es_CL"],
      },
    });
  });

  it("leaves out departments that a supervisor lost", () => {
    expect(toInput(expired, [{ id: "d2" }]).filter.departmentIds).toEqual(["d2"]);
    const excluded = { ...expired, filter: { ...filter, excludeDepartmentIds: ["d1", "d2"] } };
    expect(toInput(excluded, [{ id: "d2" }]).filter.excludeDepartmentIds).toEqual(["d2"]);
  });
});
