import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useCallback, useEffect, useState } from "react";
import { useQuery, type AnyVariables } from "urql";
import { troubleOf, type Trouble } from "./errors";

/** Milliseconds after which what is over by itself is tried again. */
const RETRY: Partial<Record<Trouble, number>> = { offline: 3_000, building: 10_000 };

/** When each answer came: one from the cache is as old as it is. */
const arrivals = new WeakMap<object, Date>();

export type Answer<Data> = {
  /** The newest data there is: of the last variables that were answered. */
  data: Data | undefined;
  /** The data of these very variables, if they were answered. */
  current: Data | undefined;
  /** When `data` came. */
  at: Date | undefined;
  /** Whether data of these very variables is waited for. */
  waiting: boolean;
  /** Whether the API is being asked, for what one waits for or for something newer. */
  asking: boolean;
  trouble: { kind: Trouble; message: string } | undefined;
  retry: () => void;
};

/** A query's answer. What was shown stays until there is something newer; a service that is down, or counts anew, is asked again. */
export function useAnswer<Data extends object, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false } = {},
): Answer<Data> {
  const [{ data, error, fetching, stale }, execute] = useQuery({ query, variables, pause });
  const key = JSON.stringify(variables);
  const [last, setLast] = useState<{ data: Data; key: string }>();
  const answered = data !== undefined && !error && !fetching && !pause;
  if (answered && (data !== last?.data || key !== last.key)) setLast({ data, key });
  if (answered && !arrivals.has(data)) arrivals.set(data, new Date());

  const retry = useCallback(() => execute({ requestPolicy: "network-only" }), [execute]);
  const kind = error && troubleOf(error);
  const wait = kind && RETRY[kind];
  useEffect(() => {
    if (wait === undefined || fetching || pause) return;
    const timer = setTimeout(retry, wait);
    return () => clearTimeout(timer);
  }, [wait, fetching, pause, retry]);

  const [seen, setSeen] = useState<Answer<Data>["trouble"]>();
  const trouble = error && kind && { kind, message: error.graphQLErrors[0]?.message ?? error.message };
  if (!fetching && trouble?.message !== seen?.message) setSeen(trouble);
  const asking = (fetching || stale) && !pause;
  const current = last?.key === key ? last.data : undefined;
  return {
    data: last?.data,
    current,
    at: last && arrivals.get(last.data),
    waiting: asking && current === undefined,
    asking,
    // While it is asked again the trouble stays on show: it would flicker otherwise.
    trouble: pause ? undefined : (trouble ?? (fetching ? seen : undefined)),
    retry,
  };
}
