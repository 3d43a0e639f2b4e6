/** How a page that frames this one signs its reader in: messages between windows, with allowed origins only. */

/** What this page says: it has none (`embudo:ready`), or its token is over (`embudo:expired`). */
export type Wish = "embudo:ready" | "embudo:expired";

/** Ask the framing page for a token. Only a page of an allowed origin hears it. */
export function ask(wish: Wish, origins: string[]): void {
  if (window.parent === window) return;
  for (const origin of origins) window.parent.postMessage({ type: wish }, origin);
}

/** Call back with each token that the framing page hands over; returns how to stop. */
export function listen(origins: string[], received: (token: string) => void): () => void {
  const hear = (event: MessageEvent<unknown>) => {
    if (event.source !== window.parent || !origins.includes(event.origin)) return;
    const said = event.data as { type?: unknown; token?: unknown } | null;
    if (said?.type === "embudo:token" && typeof said.token === "string") received(said.token);
  };
  window.addEventListener("message", hear);
  return () => window.removeEventListener("message", hear);
}
