import { expect, it } from "vitest";
import { MAX_NAMES, NO_VALUES, type Filters } from "../filters/filters";
import { unknownKinds } from "./selection";

const filters: Filters = { from: "2026-11-01", to: "2026-11-02", period: null, compare: "previous", ...NO_VALUES };
const names = {
  templates: new Map<string, string>(),
  accounts: new Map<string, string>(),
  departments: new Map([["d1", "Ventas"]]),
  agents: new Map([["u1", "Ana"]]),
};

it("tells the kinds of chosen and left out ids without a name", () => {
  expect(unknownKinds({ ...filters, agents: ["u1"], departments: ["d1"] }, names)).toEqual([]);
  expect(unknownKinds({ ...filters, agents: ["nobody", "u1"] }, names)).toEqual(["agents"]);
  const excluded = { ...NO_VALUES.excluded, templates: ["none"] };
  expect(unknownKinds({ ...filters, excluded }, names)).toEqual(["templates"]);
});

it("says nothing of more ids than names are asked for", () => {
  const agents = Array.from({ length: MAX_NAMES + 1 }, (_, index) => `u${index}`);
  expect(unknownKinds({ ...filters, agents }, names)).toEqual([]);
});
