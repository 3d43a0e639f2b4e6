import { Button } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "../../../i18n/I18nProvider";
import { DateFilter } from "./dates/DateFilter";
import { FilterSelect } from "./select/FilterSelect";
import { FILTER_KINDS, isFiltered, NO_IDS, type Filters, type Names } from "./filters";
import { ShareLink } from "./ShareLink";
import type { ChangeFilters } from "./useFilters";
import classes from "./FilterBar.module.css";

const ID = "filters";

/** Move the focus to the first filter. */
export const focusFilters = (): void => document.querySelector<HTMLElement>(`#${ID} button`)?.focus();

type Props = {
  filters: Filters;
  /** The names of the chosen values. */
  names: Names;
  onChange: ChangeFilters;
};

/** The filters by days, templates, accounts, departments and agents. */
export function FilterBar({ filters, names, onChange }: Props) {
  const { t } = useI18n();
  const [isOpen, setIsOpen] = useState(false); // on a phone, where the filters but the days are folded away
  const used = FILTER_KINDS.filter((kind) => filters[kind].length > 0).length;
  return (
    <section id={ID} aria-label={t.filters.label} className={`${classes.bar} no-print`} data-open={isOpen || undefined}>
      <DateFilter filters={filters} onChange={onChange} />
      <Button
        variant="default"
        className={classes.more}
        aria-expanded={isOpen}
        leftSection={<IconAdjustmentsHorizontal size={18} stroke={1.6} />}
        onClick={() => setIsOpen(!isOpen)}
      >
        {used > 0 ? `${t.filters.label} · ${used}` : t.filters.label}
      </Button>
      {FILTER_KINDS.map((kind) => (
        <FilterSelect
          key={kind}
          kind={kind}
          filters={filters}
          names={names[kind]}
          onChange={(ids, history) => onChange({ [kind]: ids }, history)}
        />
      ))}
      <div className={classes.actions}>
        {isFiltered(filters) && (
          <Button
            variant="subtle"
            color="gray"
            size="sm"
            leftSection={<IconX size={16} />}
            onClick={() => onChange(NO_IDS)}
          >
            {t.filters.clear}
          </Button>
        )}
        <ShareLink filters={filters} />
      </div>
    </section>
  );
}
