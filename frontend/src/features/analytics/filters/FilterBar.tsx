import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconX } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useHeightVariable } from "../../../hooks/useHeightVariable";
import { useI18n } from "../../../i18n/I18nProvider";
import { choiceOf } from "./changes";
import { DateFilter } from "./dates/DateFilter";
import { MoreFilters } from "./facets/MoreFilters";
import { FilterSheet } from "./FilterSheet";
import { FilterSelect } from "./select/FilterSelect";
import { FACETS, FILTER_KINDS, isFiltered, NO_VALUES, type Filters, type Names } from "./filters";
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
  /** Further buttons at the end of the bar. */
  children?: ReactNode;
};

/** The filters by days, templates, accounts, departments and agents. */
export function FilterBar({ filters, names, onChange, children }: Props) {
  const { t } = useI18n();
  const isNarrow = useMediaQuery("(max-width: 48rem)", undefined, { getInitialValueInEffect: false });
  const [isOpen, setIsOpen] = useState(false);
  const bar = useHeightVariable<HTMLElement>("--filter-bar");
  const used =
    FILTER_KINDS.filter((kind) => choiceOf(filters, kind).ids.length > 0).length +
    FACETS.filter((facet) => filters[facet].length > 0).length;
  const selects = FILTER_KINDS.map((kind) => (
    <FilterSelect key={kind} kind={kind} filters={filters} names={names[kind]} onChange={onChange} />
  ));
  const further = <MoreFilters filters={filters} onChange={onChange} isNarrow={isNarrow} />;
  const clear = isFiltered(filters) && (
    <Button
      variant="subtle"
      color="gray"
      size="sm"
      leftSection={<IconX size={16} />}
      onClick={() => onChange(NO_VALUES)}
    >
      {t.filters.clear}
    </Button>
  );
  const share = <ShareLink filters={filters} hasLabel={isNarrow} />;
  return (
    <section ref={bar} id={ID} aria-label={t.filters.label} className={`${classes.bar} no-print`}>
      <DateFilter filters={filters} onChange={onChange} />
      <Button
        variant="default"
        className={classes.more}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        leftSection={<IconAdjustmentsHorizontal size={18} stroke={1.6} />}
        onClick={() => setIsOpen(true)}
      >
        {used > 0 ? `${t.filters.label} · ${used}` : t.filters.label}
      </Button>
      {isNarrow ? (
        <FilterSheet opened={isOpen} onClose={() => setIsOpen(false)}>
          {selects}
          {further}
          <div className={classes.actions}>
            {clear}
            {share}
          </div>
        </FilterSheet>
      ) : (
        <>
          {selects}
          {further}
          <div className={classes.actions}>
            {clear}
            {share}
            {children}
          </div>
        </>
      )}
    </section>
  );
}
