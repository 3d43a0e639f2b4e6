import { useMemo } from "react";
import { useSearch } from "wouter";
import { navigate } from "wouter/use-browser-location";
import { parseMessageSet, withMessageSet, type MessageSet } from "./messageSet";

/** How many entries of the browser's history clicks on numbers made, up to this one: closing goes back from them all. */
const KEY = "messagesDepth";

function depth(): number {
  const state: unknown = history.state;
  const value: unknown = typeof state === "object" && state !== null && KEY in state ? state[KEY] : 0;
  return typeof value === "number" ? value : 0;
}

/** Return the set of messages that the page's address names. */
export function useMessageSet(): MessageSet | undefined {
  const search = useSearch();
  return useMemo(() => parseMessageSet(new URLSearchParams(search)), [search]);
}

const addressWith = (set: MessageSet | undefined): string => {
  const search = withMessageSet(new URLSearchParams(location.search), set).toString();
  return location.pathname + (search && `?${search}`);
};

/** Show the messages behind a number, or fewer of those on show. */
export function openMessages(set: MessageSet): void {
  const isFromLink = depth() === 0 && parseMessageSet(new URLSearchParams(location.search)) !== undefined;
  if (isFromLink) navigate(addressWith(set), { replace: true });
  else navigate(addressWith(set), { state: { [KEY]: depth() + 1 } });
}

/** Close them: back to where they were opened, or, after a link, the same address without them. */
export function closeMessages(): void {
  if (depth() > 0) history.go(-depth());
  else navigate(addressWith(undefined), { replace: true });
}
