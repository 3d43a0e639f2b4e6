import { useDebouncedCallback } from "@mantine/hooks";
import { useRef, useState } from "react";
import { choiceOf, withChoice, type Choice } from "../changes";
import type { FilterKind, Filters } from "../filters";
import type { ChangeFilters } from "../useFilters";

const APPLY_DEBOUNCE = 400; // milliseconds: several choices in a row are one request

/** Return the choice in a filter's list, and the functions that change it: soon, or at once. */
export function useChoice(kind: FilterKind, filters: Filters, onChange: ChangeFilters) {
  const [draft, setDraft] = useState<Choice>(); // the choice that is not applied yet
  const isInHistory = useRef(false); // all changes until the dropdown closes are one step back
  const applied = choiceOf(filters, kind);
  // Without a value the address does not say which of both it is.
  const [isExcludedWhenEmpty, setIsExcludedWhenEmpty] = useState(false);
  const shown = draft ?? applied;
  const choice = shown.ids.length > 0 ? shown : { ids: [], isExcluded: isExcludedWhenEmpty };

  const apply = ({ ids, isExcluded }: Choice) => {
    setDraft(undefined);
    onChange(withChoice(filters, kind, { ids: [...ids].sort(), isExcluded }), { replace: isInHistory.current });
    isInHistory.current = true;
  };
  const applySoon = useDebouncedCallback(apply, { delay: APPLY_DEBOUNCE, flushOnUnmount: true });
  return {
    /** What is chosen, as far as it is applied. */
    applied,
    choice,
    choose: (next: Choice) => {
      setIsExcludedWhenEmpty(next.isExcluded);
      if (next.ids.length === 0 && choice.ids.length === 0) return;
      setDraft(next);
      applySoon(next);
    },
    clear: () => {
      applySoon.cancel();
      isInHistory.current = false;
      setIsExcludedWhenEmpty(false);
      apply({ ids: [], isExcluded: false });
    },
    /** Begin another step of the browser's history. */
    begin: () => {
      isInHistory.current = false;
    },
    finish: () => {
      applySoon.flush();
      setIsExcludedWhenEmpty(false);
    },
  };
}
