import { useMemo } from "react";
import { useSearch } from "wouter";
import { navigate } from "wouter/use-browser-location";

/** Return the parameters of the page's address. */
export function useParameters(): URLSearchParams {
  const search = useSearch();
  return useMemo(() => new URLSearchParams(search), [search]);
}

/** Change parameters of the page's address, which is no step of the browser's history; null takes one away. */
export function changeParameters(changes: Record<string, string | null>): void {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const search = parameters.toString();
  navigate(location.pathname + (search && `?${search}`), { replace: true, state: history.state as unknown });
}
