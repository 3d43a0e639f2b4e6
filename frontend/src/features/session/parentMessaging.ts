/** How a page that frames this one signs its reader in and out: messages between windows, with allowed origins only. */

/** Whether another page frames this one. */
export const framed = window.parent !== window;

/** What this page says: it has no token yet (`embudo:ready`), or its token is over (`embudo:expired`). */
export type Wish = "embudo:ready" | "embudo:expired";

/** Ask the framing page for a token. Only a page of an allowed origin hears it. */
export function ask(wish: Wish, origins: string[]): void {
  if (!framed) return;
  for (const origin of origins) window.parent.postMessage({ type: wish }, origin);
}

type Heard = { enter: (token: string) => void; signOut: () => void };

/** Do what the framing page says: a token signs in, `embudo:signout` signs out. Returns how to stop. */
export function listen(origins: string[], { enter, signOut }: Heard): () => void {
  const hear = (event: MessageEvent<unknown>) => {
    if (!framed || event.source !== window.parent || !origins.includes(event.origin)) return;
    const said = event.data as { type?: unknown; token?: unknown } | null;
    if (said?.type === "embudo:token" && typeof said.token === "string") enter(said.token);
    if (said?.type === "embudo:signout") signOut();
  };
  window.addEventListener("message", hear);
  return () => window.removeEventListener("message", hear);
}
