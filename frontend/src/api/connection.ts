import { createClient as createSocket } from "graphql-ws";

/** One person's access to the API: their newest token, and the signal that is aborted when their session ends. */
export type Credentials = { token: string; readonly ended: AbortSignal };

/** Connect to the API for one person. Each request carries their newest token; none outlives their session. */
export function connect(credentials: Credentials) {
  const url = new URL("/graphql", location.href).href;
  const socket = createSocket({
    url: url.replace(/^http/, "ws"),
    // A service that is down or restarting is tried again until it is back.
    retryAttempts: Infinity,
    shouldRetry: () => true,
    connectionParams: () => ({ Authorization: authorization(credentials) }),
  });
  credentials.ended.addEventListener("abort", () => void socket.dispose());
  const fetchWhileSignedIn: typeof fetch = (address, request) => {
    const signals = request?.signal ? [request.signal, credentials.ended] : [credentials.ended];
    return fetch(address, { ...request, signal: AbortSignal.any(signals) });
  };
  return { url, socket, fetch: fetchWhileSignedIn };
}

export const authorization = ({ token }: Credentials) => `Bearer ${token}`;
