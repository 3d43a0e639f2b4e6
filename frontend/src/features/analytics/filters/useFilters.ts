import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import { useToday } from "../../../hooks/useToday";
import { useViewer } from "../../session/ViewerProvider";
import { parseFilters, toSearchParams, type Filters } from "./filters";

/** Change some filters, as a new entry of the browser's history or in place of the newest one. */
export type ChangeFilters = (changes: Partial<Filters>, history?: { replace: boolean }) => void;

/** Keep the filters in the page's address, so that a view can be shared, bookmarked and gone back to. */
export function useFilters(): [Filters, ChangeFilters] {
  const [search, setSearch] = useSearchParams();
  const today = useToday(useViewer().viewer.timeZone);
  // The same object while other parameters of the address change: whoever is given it need not render again.
  const parsed = JSON.stringify(parseFilters(search, today));
  const filters = useMemo(() => JSON.parse(parsed) as Filters, [parsed]);
  const changeFilters = useCallback<ChangeFilters>(
    (changes, history) => setSearch(toSearchParams({ ...filters, ...changes }), history),
    [filters, setSearch],
  );
  return [filters, changeFilters];
}
