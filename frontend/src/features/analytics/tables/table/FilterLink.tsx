import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { newTabHandlers } from "../../../../lib/newTab";
import { useI18n } from "../../../../i18n/I18nProvider";
import { isOnly, toggled } from "../../filters/changes";
import type { Facet, FilterKind } from "../../filters/filters";
import classes from "./PerformanceTable.module.css";
import { CLICKED, useFilters } from "../../filters/useFilters";

type Props = { kind: FilterKind | Facet; id: string; children: ReactNode };

/** A name in the view's body: a click shows its numbers only, another one all again. */
export function FilterLink({ kind, id, children }: Props) {
  const { t } = useI18n();
  const { filters, addressOf } = useFilters();
  const isChosen = isOnly(filters, kind, id);
  return (
    <Link
      href={addressOf(toggled(filters, kind, id))}
      state={CLICKED}
      className={classes.link}
      aria-current={isChosen || undefined}
      title={isChosen ? t.filters.clearOne(t.filters[kind]) : t.filters.only}
      {...newTabHandlers}
    >
      {children}
      {isChosen && <IconX size={14} stroke={2} aria-hidden="true" className="no-print" />}
    </Link>
  );
}
