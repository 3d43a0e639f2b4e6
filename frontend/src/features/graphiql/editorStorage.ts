import type { Storage } from "@graphiql/toolkit";
import { clearStorage, isStorageBlocked, readStorage, writeStorage } from "../../lib/storage";
import { isFramed } from "../session/parentMessaging";
import type { UserSession } from "../session/types";

// Earlier releases let GraphiQL choose where to store, and so left one reader's queries to the next.
clearStorage("localStorage", (key) => key.startsWith("graphiql:"));

/** Create the storage of a person's GraphiQL tabs and history: in this browser tab, under their name, until they leave. */
export function createStorage(session: UserSession): Storage {
  const prefix = `${session.person} `;
  if (isFramed || isStorageBlocked("sessionStorage")) return createMemoryStorage();
  return {
    getItem: (key) => readStorage("sessionStorage", prefix + key),
    // The editor writes a moment after the last key press, which may be after the session ended.
    setItem: (key, value) => {
      if (!session.ended.aborted) writeStorage("sessionStorage", prefix + key, value);
    },
    removeItem: (key) => writeStorage("sessionStorage", prefix + key, null),
    clear: () => clearStorage("sessionStorage", (key) => key.startsWith(prefix)),
    get length() {
      return Object.keys(sessionStorage).filter((key) => key.startsWith(prefix)).length;
    },
  };
}

/** Create a storage that ends with the page, for where the browser must not or does not keep anything. */
function createMemoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}
