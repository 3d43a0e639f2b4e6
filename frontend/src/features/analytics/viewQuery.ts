import type { Client } from "urql";
import { ViewDocument, type Granularity, type ViewQueryVariables } from "../../api/generated/operations";
import { length, type Days } from "../../lib/days";
import { fixedFrom, toInput, type Filters } from "./filters/filters";

export const PAGE = 10; // rows of a table

const NAMES = 200; // of what a filter names, of each kind; the API's largest page

/** The granularity that suits a range best: some tens of points. */
export function suiting(days: Days): Granularity {
  const count = length(days);
  return count <= 2 ? "HOUR" : count <= 100 ? "DAY" : count <= 550 ? "WEEK" : "MONTH";
}

/** What the first screen asks for. */
export function viewOf(filters: Filters): ViewQueryVariables {
  const { templates, accounts, departments, agents } = filters;
  const chosen = { templates, accounts, departments, agents, names: NAMES };
  return { filter: toInput(filters), granularity: suiting(filters), first: PAGE, ...chosen };
}

/** Ask for the numbers of an address beside the question who asks; the view finds the answer in the client's cache. */
export function askEarly(client: Client, address: { pathname: string; search: string }): void {
  const filters = address.pathname === "/" ? fixedFrom(new URLSearchParams(address.search)) : undefined;
  if (filters) void client.query(ViewDocument, viewOf(filters)).toPromise();
}
