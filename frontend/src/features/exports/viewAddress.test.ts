import { describe, expect, it } from "vitest";
import { NO_VALUES, parseFixedFilters } from "../analytics/filters/filters";
import { parseMessageSet, toWhere } from "../analytics/messages/number/messageSet";
import { viewAddress } from "./viewAddress";

const period = { from: "2026-11-01", to: "2026-11-02" };
const NO_IDS = {
  templateIds: null,
  accountIds: null,
  departmentIds: null,
  agentIds: null,
  excludeTemplateIds: null,
  excludeAccountIds: null,
  excludeDepartmentIds: null,
  excludeAgentIds: null,
  categories: null,
  languages: null,
};
const ANY = {
  step: null,
  reached: true,
  createdTicket: null,
  bounceCodes: null,
  repliedAt: null,
  replyKinds: null,
  button: null,
  text: null,
};

const searchOf = (filter: Parameters<typeof viewAddress>[0]) =>
  new URL(viewAddress(filter), "http://service.example").searchParams;

it("opens the view with the same days and filters", () => {
  const ids = { templateIds: ["t1", "t&2"], accountIds: ["a1"], departmentIds: ["d1"], agentIds: ["u1"] };
  expect(parseFixedFilters(searchOf({ period, where: null, ...NO_IDS, ...ids }))).toEqual({
    ...period,
    period: null,
    compare: "previous",
    ...NO_VALUES,
    templates: ["t&2", "t1"],
    accounts: ["a1"],
    departments: ["d1"],
    agents: ["u1"],
  });
});

it("opens the view without what the file is without", () => {
  const without = { excludeTemplateIds: ["t1"], excludeAccountIds: ["a1"], excludeAgentIds: ["u1", "u2"] };
  const filter = { ...NO_IDS, ...without, departmentIds: ["d1", "d2"], excludeDepartmentIds: ["d2"] };
  const facets = { categories: ["UTILITY" as const], languages: ["es_CL"] };
  expect(parseFixedFilters(searchOf({ period, where: null, ...filter, ...facets }))).toMatchObject({
    departments: ["d1"],
    excluded: { templates: ["t1"], accounts: ["a1"], departments: [], agents: ["u1", "u2"] },
    ...facets,
  });
});

describe("the messages behind a number", () => {
  it.each([
    { step: "BOUNCED" },
    { step: "READ", reached: false },
    { createdTicket: true },
    { bounceCodes: [131026] },
    { bounceCodes: [null] },
    { repliedAt: { weekday: 1, hour: 9 } },
    { repliedAt: { weekday: null, hour: 21 } },
    { replyKinds: ["AUDIO"] },
    { button: "Sí, confirmo" },
  ] as const)("are open: %o", (where) => {
    const set = parseMessageSet(searchOf({ period, ...NO_IDS, where: { ...ANY, ...where } as never }));
    expect(set && toWhere(set.counted)).toEqual(where);
  });

  it("are not where an address has no words for them", () => {
    const where = { ...ANY, step: "READ", text: "5691" } as const;
    expect(searchOf({ period, ...NO_IDS, where }).has("messages")).toBe(false);
  });
});
