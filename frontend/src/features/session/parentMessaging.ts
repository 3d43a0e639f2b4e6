/** Messages between this page and the page that frames it, by which a platform signs its readers in and out. */

export const isFramed = window.parent !== window;

/** A message of this page: it has no token yet (`embudo:ready`), or its token no longer works (`embudo:expired`). */
export type TokenRequest = "embudo:ready" | "embudo:expired";

/** Ask the framing page for a token. Only a page of an allowed origin receives it. */
export function requestToken(type: TokenRequest, origins: string[]): void {
  if (!isFramed) return;
  for (const origin of origins) window.parent.postMessage({ type }, origin);
}

type Handlers = { signIn: (token: string) => void; signOut: () => void };

/** Follow the framing page's messages, if its origin is allowed; returns the function that stops it. */
export function listenToParent(origins: string[], { signIn, signOut }: Handlers): () => void {
  const receive = (event: MessageEvent<unknown>) => {
    if (!isFramed || event.source !== window.parent || !origins.includes(event.origin)) return;
    const message = event.data as { type?: unknown; token?: unknown } | null;
    if (message?.type === "embudo:token" && typeof message.token === "string") signIn(message.token);
    if (message?.type === "embudo:signout") signOut();
  };
  window.addEventListener("message", receive);
  return () => window.removeEventListener("message", receive);
}
