/** The viewer's token: in this tab's session storage where the browser allows it, and never in an address. */
const KEPT = "embudo.token";

/** A token handed over in the address's fragment (`#token=…`), which is removed from the address and the history. */
function takeFromFragment(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

export function firstToken(): string | null {
  const handed = takeFromFragment();
  if (handed !== null) keepToken(handed);
  return handed ?? keptToken();
}

function keptToken(): string | null {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null; // a frame whose storage the browser blocks: memory has to do
  }
}

export function keepToken(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, token);
  } catch {
    // as above
  }
}

/** When a token ends, in milliseconds since the epoch; null for what is no token. Whether it is good, the API says. */
export function endOf(token: string): number | null {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const claims = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof claims.exp === "number" ? claims.exp * 1000 : null;
  } catch {
    return null;
  }
}
