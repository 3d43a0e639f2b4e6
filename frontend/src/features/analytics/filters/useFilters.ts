import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import { useViewer } from "../../session/ViewerProvider";
import { fromAddress, toAddress, type Filters } from "./filters";
import { useToday } from "../../../hooks/useToday";

export type Change = (changes: Partial<Filters>, way?: { replace: boolean }) => void;

/** The view's filters. They live in the address, so that a view can be shared, kept and gone back to. */
export function useFilters(): [Filters, Change] {
  const [search, setSearch] = useSearchParams();
  const on = useToday(useViewer().viewer.timeZone);
  const filters = useMemo(() => fromAddress(search, on), [search, on]);
  const change = useCallback<Change>(
    (changes, way) => setSearch(toAddress({ ...filters, ...changes }), way),
    [filters, setSearch],
  );
  return [filters, change];
}
