import { useSearchParams } from "wouter";

export const TABS = ["agents", "departments", "templates", "accounts"] as const;

export type Tab = (typeof TABS)[number];

const PARAMETER = "tab";
const [FIRST] = TABS;

const isTab = (text: string | null): text is Tab => TABS.some((tab) => tab === text);

/** Keep the shown table in the page's address; the first one has no parameter there. */
export function useTab(): [Tab, (tab: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const named = search.get(PARAMETER);
  const choose = (tab: string | null) => {
    const next = new URLSearchParams(search);
    next.delete(PARAMETER);
    if (isTab(tab) && tab !== FIRST) next.set(PARAMETER, tab);
    setSearch(next, { replace: true, state: history.state as unknown });
  };
  return [isTab(named) ? named : FIRST, choose];
}
