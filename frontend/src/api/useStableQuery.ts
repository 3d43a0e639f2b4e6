import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "./ApiProvider";
import { operationName, type Api } from "./client";
import type { ApiError, ErrorKind } from "./errors";
import type { TypedDocumentString } from "./generated/operations";

/** Milliseconds until a request is repeated, for errors that pass by themselves. */
const RETRY_DELAY: Partial<Record<ErrorKind, number>> = { offline: 3_000, unavailable: 10_000 };

/** The options by which a request that may succeed when repeated is repeated until it does. */
export const retryOptions = {
  retry: (_failures: number, { kind }: ApiError) => kind in RETRY_DELAY,
  retryDelay: (_failures: number, { kind }: ApiError) => RETRY_DELAY[kind] ?? 0,
};

/** Data of the API, when it came (milliseconds since the epoch), and the choice that it was asked for. */
export type Answer<Data, Choice = undefined> = { data: Data; receivedAt: number; choice: Choice };

/** A part of a view that can be asked for by itself. */
type Part<Data, Choice> = {
  /** The reader's choice, such as a page. It comes back with its answer, so that labels agree with what is on show. */
  choice: Choice;
  /** The instant of the view's answer. A newer view asks for its parts again; nothing else does. */
  viewReceivedAt: number;
  /** The data of this choice, where it came with the view. */
  initialData: Data | undefined;
};

type Options<Data, Choice> = {
  enabled?: boolean;
  staleTime?: number;
  refetchInterval?: number;
  part?: Part<Data, Choice>;
};

/** Build the options by which a document is sent, and its answer found in the cache. */
export function answerOptions<Data, Variables, Choice>(
  api: Api,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  part?: Part<Data, Choice>,
) {
  const choice = part?.choice as Choice;
  const { initialData, viewReceivedAt } = part ?? {};
  return queryOptions<Answer<Data, Choice>, ApiError>({
    queryKey: [operationName(document), variables, viewReceivedAt],
    queryFn: async ({ signal }) => {
      const data = await api.request(document, variables, signal);
      return { data, receivedAt: Date.now(), choice };
    },
    ...retryOptions,
    ...(part && { staleTime: Infinity }),
    ...(initialData && { initialData: { data: initialData, receivedAt: part?.viewReceivedAt ?? 0, choice } }),
  });
}

/**
 * Ask the API and return the newest answer there is: the one before, while another is on its way or cannot be had.
 *
 * A request that may succeed when repeated is repeated until it does; `error` says what went wrong meanwhile.
 */
export function useStableQuery<Data extends object, Variables, Choice = undefined>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { part, ...options }: Options<Data, Choice> = {},
) {
  const queries = useQueryClient();
  const request = answerOptions(useApi(), document, variables, part);
  const query = useQuery({ ...request, ...options });
  const [latest, setLatest] = useState(query.data);
  if (query.data !== undefined && query.data !== latest) setLatest(query.data);
  return {
    answer: query.data ?? latest,
    /** True while the answer to these very variables is on its way. */
    isPending: query.data === undefined && query.isFetching,
    isFetching: query.isFetching,
    error: query.failureReason,
    /** Ask again at once, also where the next attempt is being waited for. */
    refetch: () => void queries.cancelQueries({ queryKey: request.queryKey, exact: true }).then(() => query.refetch()),
  };
}
