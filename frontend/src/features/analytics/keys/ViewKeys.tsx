import { useEffect, useEffectEvent, useState } from "react";
import { useToday } from "../../../hooks/useToday";
import { useI18n } from "../../../i18n/I18nProvider";
import type { PeriodName } from "../../../lib/dates/days";
import { useViewer } from "../../session/ViewerProvider";
import { focusFilters } from "../filters/FilterBar";
import type { Filters } from "../filters/filters";
import type { ChangeFilters } from "../filters/useFilters";
import { KeyHelp } from "./KeyHelp";
import { areKeysUsed, storeKeyUse } from "./keyStorage";
import { steppedDays } from "./steppedDays";

const PERIOD_KEYS: Record<string, PeriodName> = { D: "today", W: "thisWeek", M: "thisMonth" };

/** Where keys are for writing, or choose something themselves. */
const OTHERS =
  "input, textarea, select, [contenteditable], [role=dialog], [role=listbox], [role=tablist], [role=radiogroup], [role=region]";

type Props = { filters: Filters; onChange: ChangeFilters };

/** The keys of the view: periods, steps between them, the filters; and the help that lists them. */
export function ViewKeys({ filters, onChange }: Props) {
  const { t } = useI18n();
  const { viewer, limits } = useViewer();
  const today = useToday(viewer.timeZone);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const [isUsed, setIsUsed] = useState(areKeysUsed);

  const goTo = (direction: 1 | -1) => {
    const lastDay = today < limits.lastDay ? today : limits.lastDay;
    const days = steppedDays(filters, direction, today, { firstDay: limits.firstDay, lastDay });
    if (days) onChange(days);
  };
  const act = useEffectEvent((key: string): boolean => {
    const letter = key.toUpperCase();
    const period = PERIOD_KEYS[letter === t.keys.names.W ? "W" : letter];
    if (key === "?") setIsHelpOpen(true);
    else if (!isUsed) return false;
    else if (period) onChange({ period });
    else if (key === "ArrowLeft") goTo(-1);
    else if (key === "ArrowRight") goTo(1);
    else if (key === "/") focusFilters();
    else return false;
    return true;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.target instanceof Element && event.target.closest(OTHERS)) return;
      if (act(event.key)) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  const changeUse = (next: boolean) => {
    storeKeyUse(next);
    setIsUsed(next);
  };
  return <KeyHelp isOpen={isHelpOpen} isUsed={isUsed} onUse={changeUse} onClose={() => setIsHelpOpen(false)} />;
}
