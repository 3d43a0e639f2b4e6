import type { Storage } from "@graphiql/toolkit";

const kept = new Map<string, string>();

/** Where GraphiQL keeps its tabs and history when the browser lets it keep nothing: they end with the page. */
export const memory: Storage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
  clear: () => kept.clear(),
  get length() {
    return kept.size;
  },
};
