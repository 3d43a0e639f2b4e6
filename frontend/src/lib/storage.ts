/** What the browser keeps for these pages, where it lets them. In a frame whose storage it blocks even naming it throws. */
type Area = "localStorage" | "sessionStorage";

/** What was kept under a key; null when nothing was, or nothing can be. */
export function kept(area: Area, key: string): string | null {
  try {
    return window[area].getItem(key);
  } catch {
    return null; // memory has to do
  }
}

/** Keep a value under a key, or with null forget it. */
export function keep(area: Area, key: string, value: string | null): void {
  try {
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, value);
  } catch {
    // as above
  }
}

/** Forget each key that is named so. */
export function forget(area: Area, named: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(window[area]).filter(named)) window[area].removeItem(key);
  } catch {
    // as above
  }
}

/** Whether the browser keeps nothing for this page. */
export function isBlocked(area: Area): boolean {
  try {
    window[area].getItem("");
    return false;
  } catch {
    return true;
  }
}
