/** A token handed over in the address's fragment (`#token=…`), which is removed from the address and the history. */
export function takeFromFragment(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

/** What a token says. Whether it is good, the API says. */
function claimsOf(token: string): Record<string, unknown> {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(payload)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** When a token ends, in milliseconds since the epoch; null for what is no token. */
export function endOf(token: string): number | null {
  const { exp } = claimsOf(token);
  return typeof exp === "number" ? exp * 1000 : null;
}

/** Whether a token's time is over. */
export const isOver = (token: string) => (endOf(token) ?? Infinity) <= Date.now();

/** Whose a token is: the same text for every token of one person of one company in one role. */
export function personOf(token: string): string {
  const { tenant, sub, role } = claimsOf(token);
  return JSON.stringify([tenant, sub, role]);
}

/** The id of whoever a token says it is for. */
export function idOf(token: string): string {
  const { sub } = claimsOf(token);
  return typeof sub === "string" ? sub : "";
}
