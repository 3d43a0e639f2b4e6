import { expect, it } from "vitest";
import { admitted, type ActiveAgent } from "./useActiveAgents";

const agent = (id: string): ActiveAgent => ({ id, name: id, email: null, active: true });

it("agents are those whom the filter admits", () => {
  const agents = ["u1", "u2", "u3"].map(agent);
  const ids = (filter: { agentIds?: string[] | null; excludeAgentIds?: string[] | null }) =>
    admitted(agents, { sentOn: { from: "2026-11-01", to: "2026-11-02" }, ...filter }).map(({ id }) => id);
  expect(ids({})).toEqual(["u1", "u2", "u3"]);
  expect(ids({ agentIds: ["u2", "u9"], excludeAgentIds: null })).toEqual(["u2"]);
  expect(ids({ agentIds: null, excludeAgentIds: ["u2"] })).toEqual(["u1", "u3"]);
});
