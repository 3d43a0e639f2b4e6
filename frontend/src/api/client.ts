import { Client, cacheExchange, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import { createClient as createSocket } from "graphql-ws";
import { codeOf } from "./trouble";

/** A client of the API for one token. `refused` is called when the API does not take the token (any more). */
export function createClient(token: string, refused: () => void): Client {
  const authorization = `Bearer ${token}`;
  const address = new URL("/graphql", location.href);
  const socket = createSocket({
    url: address.href.replace(/^http/, "ws"),
    // A service that is down, or restarts, is found again.
    retryAttempts: Infinity,
    shouldRetry: () => true,
    connectionParams: { Authorization: authorization },
  });
  return new Client({
    url: address.href,
    preferGetMethod: false, // addresses are logged, bodies are not
    fetchOptions: { headers: { authorization } },
    exchanges: [
      mapExchange({
        onError: (error) => {
          if (codeOf(error) === "UNAUTHENTICATED") refused();
        },
      }),
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? "", variables }, sink) }),
        }),
      }),
    ],
  });
}
