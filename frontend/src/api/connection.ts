import { createClient as createSocket } from "graphql-ws";
import type { Stay } from "../features/session/sessionStore";

/** The way to the API for one person: each request has their newest token, and none outlives their stay. */
export function connect(stay: Stay) {
  const url = new URL("/graphql", location.href).href;
  const socket = createSocket({
    url: url.replace(/^http/, "ws"),
    // A service that is down, or restarts, is found again.
    retryAttempts: Infinity,
    shouldRetry: () => true,
    connectionParams: () => ({ Authorization: authorizationOf(stay) }),
  });
  stay.over.addEventListener("abort", () => void socket.dispose());
  const send: typeof fetch = (address, request) => {
    const signals = request?.signal ? [request.signal, stay.over] : [stay.over];
    return fetch(address, { ...request, signal: AbortSignal.any(signals) });
  };
  return { url, socket, fetch: send };
}

export const authorizationOf = (stay: Stay) => `Bearer ${stay.token}`;
