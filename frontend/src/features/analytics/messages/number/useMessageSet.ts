import { useMemo } from "react";
import { useSearch } from "wouter";
import { navigate } from "wouter/use-browser-location";
import { parseMessageSet, withMessageSet, type MessageSet } from "./messageSet";

/** Marks the entries of the browser's history that a click on a number made: closing goes back from them. */
const OPENED = { areMessagesOpen: true };

/** Return the set of messages that the page's address names. */
export function useMessageSet(): MessageSet | undefined {
  const search = useSearch();
  return useMemo(() => parseMessageSet(new URLSearchParams(search)), [search]);
}

const addressWith = (set: MessageSet | undefined): string => {
  const search = withMessageSet(new URLSearchParams(location.search), set).toString();
  return location.pathname + (search && `?${search}`);
};

/** Show the messages behind a number. */
export function openMessages(set: MessageSet): void {
  navigate(addressWith(set), { state: OPENED });
}

/** Close them: back to where they were opened, or, after a link, the same address without them. */
export function closeMessages(): void {
  const state: unknown = history.state;
  if (typeof state === "object" && state !== null && "areMessagesOpen" in state) history.back();
  else navigate(addressWith(undefined), { replace: true });
}
