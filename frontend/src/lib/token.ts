/** Take the token out of the address's fragment (`#token=…`), and so out of the history; null when there is none. */
export function takeTokenFromFragment(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

/** Read a token's claims without verifying them, which is the API's part; empty for what is no token. */
function readClaims(token: string): Record<string, unknown> {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(payload)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Return when a token expires (milliseconds since the epoch); null when it does not say. */
export function tokenExpiry(token: string): number | null {
  const { exp } = readClaims(token);
  return typeof exp === "number" ? exp * 1000 : null;
}

export const isExpired = (token: string) => (tokenExpiry(token) ?? Infinity) <= Date.now();

/** Return the person a token is for: the same text for every token of one user of one tenant in one role. */
export function tokenSubject(token: string): string {
  const { tenant, sub, role } = readClaims(token);
  return JSON.stringify([tenant, sub, role]);
}

/** Return the user id that a token names; empty when it names none. */
export function tokenUserId(token: string): string {
  const { sub } = readClaims(token);
  return typeof sub === "string" ? sub : "";
}
