import { useMemo } from "react";
import { changeParameters, useParameters } from "../../../../hooks/useParameters";
import { parseTableView, writeTableView, type TableView } from "./tableView";

export const TABS = ["agents", "departments", "templates", "accounts", "categories"] as const;

export type Tab = (typeof TABS)[number];

const PARAMETER = "tab";
const [FIRST] = TABS;

const isTab = (text: string | null): text is Tab => TABS.some((tab) => tab === text);

/** Keep the shown table in the page's address; the first one has no parameter there. */
export function useTab(): [Tab, (tab: string | null) => void] {
  const named = useParameters().get(PARAMETER);
  // A name that was looked for is one of the other table.
  const choose = (tab: string | null) =>
    changeParameters({ [PARAMETER]: isTab(tab) && tab !== FIRST ? tab : null, find: null });
  return [isTab(named) ? named : FIRST, choose];
}

/** Keep the reader's choices in the tables in the page's address. */
export function useTableView(): [TableView, (changes: Partial<TableView>) => void] {
  const search = useParameters();
  const view = useMemo(() => parseTableView(search), [search]);
  const change = (changes: Partial<TableView>) => changeParameters(writeTableView({ ...view, ...changes }));
  return [view, change];
}
