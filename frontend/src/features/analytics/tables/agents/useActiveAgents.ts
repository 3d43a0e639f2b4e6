import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../../api/ApiProvider";
import type { Api } from "../../../../api/client";
import type { ApiError } from "../../../../api/errors";
import {
  ActiveAgentsDocument,
  type ActiveAgentsQuery,
  type CampaignAnalyticsFilter,
} from "../../../../api/generated/operations";
import { retryOptions } from "../../../../api/useStableQuery";
import { MAX_ROWS } from "../rows/allRows";

export type ActiveAgent = NonNullable<ActiveAgentsQuery["agents"]>["nodes"][number];

const PAGE = 200; // rows: the API's largest page

async function loadActiveAgents(api: Api, signal: AbortSignal): Promise<ActiveAgent[]> {
  const loaded: ActiveAgent[] = [];
  let after: string | null = null;
  do {
    const { agents }: ActiveAgentsQuery = await api.request(ActiveAgentsDocument, { first: PAGE, after }, signal);
    if (!agents) break;
    loaded.push(...agents.nodes.filter(({ active }) => active));
    after = agents.pageInfo.hasNextPage ? agents.pageInfo.endCursor : null;
  } while (after !== null && loaded.length < MAX_ROWS);
  return loaded;
}

/** Return the agents of a list whom a filter by agents admits. */
export const admitted = (agents: ActiveAgent[], { agentIds, excludeAgentIds }: CampaignAnalyticsFilter) =>
  agents.filter(({ id }) => (agentIds?.includes(id) ?? true) && !excludeAgentIds?.includes(id));

/** Ask for the active agents whom a filter admits, while `enabled`; undefined until they are there. */
export function useActiveAgents(filter: CampaignAnalyticsFilter, enabled: boolean) {
  const api = useApi();
  const { data, failureReason } = useQuery<ActiveAgent[], ApiError>({
    queryKey: ["ActiveAgents"],
    queryFn: ({ signal }) => loadActiveAgents(api, signal),
    enabled,
    ...retryOptions,
  });
  return { agents: enabled && data ? admitted(data, filter) : undefined, error: enabled ? failureReason : null };
}
