import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { useApi } from "../../../../api/ApiProvider";
import type { ApiError } from "../../../../api/errors";
import {
  MessagesDocument,
  type CampaignAnalyticsFilter,
  type MessageOrder,
  type MessagesQuery,
} from "../../../../api/generated/operations";
import { retryOptions } from "../../../../api/useStableQuery";
import { FILTER_KINDS } from "../../filters/filters";
import { narrowedTo, toWhere, type MessageSet } from "../number/messageSet";

const PAGE_SIZE = 50; // messages

const NAME_ORDER = FILTER_KINDS.toReversed(); // an agent, then the department they sent from

/** The shortest text that the API looks for, in characters. */
export const MIN_SEARCH_LENGTH = 4;

export const ORDERS = {
  sent: { field: "SENT_AT", direction: "DESC" },
  replied: { field: "REPLIED_AT", direction: "DESC" },
  fastest: { field: "RESPONSE_TIME", direction: "ASC" },
  slowest: { field: "RESPONSE_TIME", direction: "DESC" },
} satisfies Record<string, MessageOrder>;

export type OrderName = keyof typeof ORDERS;

/** Ask for the messages of a set, a page after the other. They are as they were when the drawer was opened. */
export function useMessages(
  filter: CampaignAnalyticsFilter,
  { counted, row }: MessageSet,
  order: OrderName,
  text: string | null,
  enabled = true,
) {
  const api = useApi();
  const ids = (id: string | undefined) => (id === undefined ? [] : [id]);
  const variables = {
    filter: narrowedTo(filter, row),
    where: { ...toWhere(counted), text },
    orderBy: ORDERS[order],
    first: PAGE_SIZE,
    templates: ids(row.templates),
    accounts: ids(row.accounts),
    departments: ids(row.departments),
    agents: ids(row.agents),
  };
  const query = useInfiniteQuery<MessagesQuery, ApiError, InfiniteData<MessagesQuery>, unknown[], string | null>({
    queryKey: ["Messages", variables],
    queryFn: ({ pageParam, signal }) => api.request(MessagesDocument, { ...variables, after: pageParam }, signal),
    enabled,
    initialPageParam: null,
    getNextPageParam: ({ campaignAnalytics }) => {
      const place = campaignAnalytics?.messages.pageInfo;
      return place?.hasNextPage ? place.endCursor : null;
    },
    staleTime: Infinity,
    gcTime: 0, // whoever opens them again sees them as they are then
    ...retryOptions,
  });
  const pages = query.data?.pages;
  const [first] = pages ?? [];
  return {
    messages: pages?.flatMap(({ campaignAnalytics }) => campaignAnalytics?.messages.nodes ?? []),
    /** The number of all messages of the set. */
    total: first?.campaignAnalytics?.messages.totalCount,
    /** The names of the row; an id where the directory does not know it. */
    rowNames:
      first &&
      NAME_ORDER.flatMap((kind) => {
        const id = row[kind];
        return id === undefined ? [] : [first[kind]?.nodes.find((entry) => entry.id === id)?.name ?? id];
      }),
    /** The label of the button that they were answered by, if it was one; a payload says little. */
    buttonLabel:
      counted.kind === "button" ? (first?.campaignAnalytics?.messages.nodes[0]?.reply?.text ?? undefined) : undefined,
    /** The phones of the accounts that sent the first of them. */
    accountPhones: [...new Set(first?.campaignAnalytics?.messages.nodes.map(({ account }) => account.phone))].sort(),
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    error: query.failureReason,
    retry: () => void query.refetch(),
  };
}
