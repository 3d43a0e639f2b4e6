import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useApi } from "../../api/ApiProvider";
import { ViewDocument, type ViewQueryVariables } from "../../api/generated/operations";
import { answerOptions } from "../../api/useStableQuery";
import { comparisonOf } from "./comparison/comparison";
import { choiceOf } from "./filters/changes";
import { MAX_NAMES, parseFixedFilters, toFilterInput, type Filters } from "./filters/filters";
import { defaultGranularity } from "./series/granularity/granularity";
import { PAGE_SIZE } from "./tables/view/tableView";

/** Build the variables of the first screen's one query. */
export function viewVariables(filters: Filters): ViewQueryVariables {
  const named = {
    templates: choiceOf(filters, "templates").ids,
    accounts: choiceOf(filters, "accounts").ids,
    departments: choiceOf(filters, "departments").ids,
    agents: choiceOf(filters, "agents").ids,
    names: MAX_NAMES,
  };
  const comparison = comparisonOf(filters);
  return {
    filter: toFilterInput(filters),
    granularity: defaultGranularity(filters),
    comparison: comparison ?? "DAYS_BEFORE", // it must be something, also where it is not compared
    compares: comparison !== null,
    first: PAGE_SIZE,
    ...named,
  };
}

/**
 * Ask for the numbers while the API still says who the reader is, if the page's address has fixed days: relative ones
 * need the tenant's time zone. The page finds the answer in the cache.
 */
export function usePrefetchedView(): void {
  const api = useApi();
  const queries = useQueryClient();
  useEffect(() => {
    const filters = location.pathname === "/" ? parseFixedFilters(new URLSearchParams(location.search)) : undefined;
    if (!filters) return;
    // The page asks itself when this fails.
    queries.query(answerOptions(api, ViewDocument, viewVariables(filters))).catch(() => undefined);
  }, [api, queries]);
}
