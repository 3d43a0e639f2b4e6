import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createContext, use, useMemo, type ReactNode } from "react";
import { createApi, type Api } from "./client";
import type { Credentials } from "./connection";

/** Milliseconds after which answers are old: whoever comes back to the page gets newer ones. */
const MIN_REFRESH_AGE = 60_000;

const ApiContext = createContext<Api | null>(null);

type Props = { credentials: Credentials; onTokenRejected: (token: string) => void; children: ReactNode };

/** Provide the API and the cache of its answers to the pages of one person. */
export function ApiProvider({ credentials, onTokenRejected, children }: Props) {
  const api = useMemo(() => createApi(credentials, onTokenRejected), [credentials, onTokenRejected]);
  const queries = useMemo(() => createQueryClient(credentials.ended), [credentials.ended]);
  return (
    <QueryClientProvider client={queries}>
      <ApiContext value={api}>{children}</ApiContext>
    </QueryClientProvider>
  );
}

/** Create a cache of answers that is emptied, and asks no more, when its person's session ends. */
function createQueryClient(ended: AbortSignal): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: "always", // the browser's word for being online says nothing about the service
        staleTime: MIN_REFRESH_AGE,
      },
      mutations: { networkMode: "always" },
    },
  });
  ended.addEventListener("abort", () => queries.clear());
  return queries;
}

/** Return the API of the person who is signed in. */
export function useApi(): Api {
  const api = use(ApiContext);
  if (!api) throw new Error("useApi needs an ApiProvider around it");
  return api;
}
