import type { Texts } from "../../../i18n/es";
import { FILTER_KINDS, type Filters, type Names } from "../filters/filters";

/** Return what a view is filtered by besides days, in words. */
export const selectionOf = (t: Texts, filters: Filters, names: Names) =>
  FILTER_KINDS.filter((kind) => filters[kind].length > 0).map((kind) => ({
    label: t.filters[kind],
    names: filters[kind].map((id) => names[kind].get(id) ?? t.filters.unknown[kind]),
  }));
