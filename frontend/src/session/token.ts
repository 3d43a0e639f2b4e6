import { keep, kept } from "../storage";

/** The viewer's token: in this tab's session storage where the browser allows it, and never in an address. */
const KEPT = "embudo.token";

/** A token handed over in the address's fragment (`#token=…`), which is removed from the address and the history. */
export function takeFromFragment(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

export function firstToken(): string | null {
  const handed = takeFromFragment();
  if (handed !== null) keepToken(handed);
  return handed ?? kept("sessionStorage", KEPT);
}

export const keepToken = (token: string | null) => keep("sessionStorage", KEPT, token);

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

/** Whose a token is: the same text for every token of one person of one company. */
export function personOf(token: string): string {
  const { tenant, sub } = claimsOf(token);
  return JSON.stringify([tenant, sub]);
}
