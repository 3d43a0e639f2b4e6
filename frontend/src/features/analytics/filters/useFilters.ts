import { useCallback, useEffect, useMemo } from "react";
import { useSearchParams } from "wouter";
import { useToday } from "../../../hooks/useToday";
import { useViewer } from "../../session/ViewerProvider";
import { withOwnDepartments } from "./changes";
import { hasWrongDates, parseFilters, toSearchParams, type Filters } from "./filters";

/** Change some filters, as a new entry of the browser's history or in place of the newest one. */
export type ChangeFilters = (changes: Partial<Filters>, history?: { replace?: boolean; state?: unknown }) => void;

/** The state of an entry of the history that a click in the view's body made: the key Backspace takes it back. */
export const CLICKED = { isClick: true };

const TYPED = "input, textarea, select, [contenteditable], [role=dialog], [role=listbox]";

type FiltersOfAddress = {
  filters: Filters;
  changeFilters: ChangeFilters;
  /** Return the address of the view with other filters. */
  addressOf: (changes: Partial<Filters>) => string;
  /** The departments of the address that the reader does not see; they are not in the filters. */
  foreign: string[];
  /** True if the days of the address are none. */
  hasWrongDates: boolean;
};

/** Keep the filters in the page's address, so that a view can be shared, bookmarked and gone back to. */
export function useFilters(): FiltersOfAddress {
  const [search, setSearch] = useSearchParams();
  const { viewer } = useViewer();
  const today = useToday(viewer.timeZone);
  // The same object while other parameters of the address change: whoever is given it need not render again.
  const parsed = JSON.stringify(parseFilters(search, today));
  const { seen, foreign } = useMemo(
    () => withOwnDepartments(JSON.parse(parsed) as Filters, viewer.departments),
    [parsed, viewer.departments],
  );
  const changeFilters = useCallback<ChangeFilters>(
    (changes, history) => {
      const others = new URLSearchParams(search);
      // Of other days another one fits.
      if (changes.from !== undefined || changes.period !== undefined) others.delete("granularity");
      setSearch(toSearchParams({ ...seen, ...changes }, others), history);
    },
    [seen, search, setSearch],
  );
  const addressOf = (changes: Partial<Filters>) => `/?${toSearchParams({ ...seen, ...changes }, search).toString()}`;
  return { filters: seen, changeFilters, addressOf, foreign, hasWrongDates: hasWrongDates(search) };
}

/** Let the key Backspace take the newest click in the view's body back. */
export function useBackspace(): void {
  useEffect(() => {
    const goBack = (event: KeyboardEvent) => {
      if (event.key !== "Backspace" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest(TYPED)) return;
      if (!isClick(history.state)) return;
      event.preventDefault();
      history.back();
    };
    document.addEventListener("keydown", goBack);
    return () => document.removeEventListener("keydown", goBack);
  }, []);
}

const isClick = (state: unknown): boolean => typeof state === "object" && state !== null && "isClick" in state;
