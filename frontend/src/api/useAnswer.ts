import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { useCallback, useEffect, useState } from "react";
import { useQuery, type AnyVariables } from "urql";
import { troubleOf, type Trouble } from "./trouble";

const RETRY = 3_000; // milliseconds between attempts to reach a service that does not answer

export type Answer<Data> = {
  /** The newest data there is: of the last variables that were answered. */
  data: Data | undefined;
  /** When it came. */
  at: Date | undefined;
  /** Whether it is of earlier variables, while those of now are waited for. */
  waiting: boolean;
  trouble: { kind: Trouble; message: string } | undefined;
  retry: () => void;
};

/** A query's answer. What was shown stays until there is something newer; a service that is down is asked again. */
export function useAnswer<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false } = {},
): Answer<Data> {
  const [{ data, error, fetching, stale }, execute] = useQuery({ query, variables, pause });
  const [last, setLast] = useState<{ data: Data; at: Date }>();
  if (data !== undefined && !error && data !== last?.data) setLast({ data, at: new Date() });

  const retry = useCallback(() => execute({ requestPolicy: "network-only" }), [execute]);
  const kind = error && troubleOf(error);
  useEffect(() => {
    if (kind !== "offline" || fetching) return;
    const timer = setTimeout(retry, RETRY);
    return () => clearTimeout(timer);
  }, [kind, fetching, retry]);

  const [seen, setSeen] = useState<Answer<Data>["trouble"]>();
  const trouble = error && kind && { kind, message: error.graphQLErrors[0]?.message ?? error.message };
  if (!fetching && trouble?.message !== seen?.message) setSeen(trouble);
  return {
    data: last?.data,
    at: last?.at,
    waiting: fetching || stale,
    // While it is asked again the trouble stays on show: it would flicker otherwise.
    trouble: trouble ?? (fetching ? seen : undefined),
    retry,
  };
}
