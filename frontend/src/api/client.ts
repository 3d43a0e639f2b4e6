import {
  cacheExchange,
  Client,
  fetchExchange,
  makeOperation,
  mapExchange,
  subscriptionExchange,
  type Operation,
} from "@urql/core";
import type { Stay } from "../features/session/sessionStore";
import { authorizationOf, connect } from "./connection";
import { codeOf } from "./errors";

/** A client of the API for one person. `refused` is called with a token that the API does not take (any more). */
export function createClient(stay: Stay, refused: (token: string) => void): Client {
  const { url, socket, fetch } = connect(stay);
  const authorized = (operation: Operation) =>
    makeOperation(operation.kind, operation, {
      ...operation.context,
      token: stay.token,
      fetchOptions: { headers: { authorization: authorizationOf(stay) } },
    });
  return new Client({
    url,
    fetch,
    preferGetMethod: false, // addresses are logged, bodies are not
    exchanges: [
      mapExchange({
        onOperation: authorized,
        onError: (error, { context }) => {
          if (codeOf(error) === "UNAUTHENTICATED") refused(context.token as string);
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
