import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import { useViewer } from "../session/Viewer";
import { periods, today } from "./days";
import { fromAddress, toAddress, type Filters } from "./filters";

/** The view's filters. They live in the address, so that a view can be shared, kept and gone back to. */
export function useFilters(): [Filters, (changes: Partial<Filters>) => void] {
  const [search, setSearch] = useSearchParams();
  const { timeZone } = useViewer().viewer;
  const filters = useMemo(() => fromAddress(search, periods(today(timeZone)).last30), [search, timeZone]);
  const change = useCallback(
    (changes: Partial<Filters>) => setSearch(toAddress({ ...filters, ...changes })),
    [filters, setSearch],
  );
  return [filters, change];
}
