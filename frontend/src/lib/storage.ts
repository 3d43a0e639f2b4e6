/**
 * The browser's storage, as far as it lets these pages use it: in a frame whose storage it blocks, even naming it
 * throws. Then nothing is kept, and the page's memory has to do.
 */
type Area = "localStorage" | "sessionStorage";

/** Return the value of a key; null when there is none, or storage is blocked. */
export function readStorage(area: Area, key: string): string | null {
  try {
    return window[area].getItem(key);
  } catch {
    return null;
  }
}

/** Store a value under a key, or remove the key with null. */
export function writeStorage(area: Area, key: string, value: string | null): void {
  try {
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, value);
  } catch {
    // blocked
  }
}

/** Remove every key that a test accepts. */
export function clearStorage(area: Area, accepts: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(window[area]).filter(accepts)) window[area].removeItem(key);
  } catch {
    // blocked
  }
}

/** Return whether the browser keeps nothing for this page. */
export function isStorageBlocked(area: Area): boolean {
  try {
    window[area].getItem("");
    return false;
  } catch {
    return true;
  }
}
