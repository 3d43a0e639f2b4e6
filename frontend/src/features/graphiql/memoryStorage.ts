import type { Storage } from "@graphiql/toolkit";
import { framed } from "../session/parentMessaging";
import type { Stay } from "../session/sessionStore";
import { forget, isBlocked, keep, kept } from "../../lib/storage";

// Earlier versions left it to GraphiQL, which keeps what somebody wrote for whoever comes next.
forget("localStorage", (key) => key.startsWith("graphiql:"));

/** Where GraphiQL keeps a person's tabs and history: in the tab, under their name, as long as their session is. */
export function memoryOf(stay: Stay): Storage {
  const own = `${stay.person} `;
  if (framed || isBlocked("sessionStorage")) return pageMemory();
  return {
    getItem: (key) => kept("sessionStorage", own + key),
    // The editor writes a moment after the last key was pressed.
    setItem: (key, value) => {
      if (!stay.over.aborted) keep("sessionStorage", own + key, value);
    },
    removeItem: (key) => keep("sessionStorage", own + key, null),
    clear: () => forget("sessionStorage", (key) => key.startsWith(own)),
    get length() {
      return Object.keys(sessionStorage).filter((key) => key.startsWith(own)).length;
    },
  };
}

/** The same where the browser keeps nothing, or is not to: it ends with the page. */
function pageMemory(): Storage {
  const written = new Map<string, string>();
  return {
    getItem: (key) => written.get(key) ?? null,
    setItem: (key, value) => void written.set(key, value),
    removeItem: (key) => void written.delete(key),
    clear: () => written.clear(),
    get length() {
      return written.size;
    },
  };
}
