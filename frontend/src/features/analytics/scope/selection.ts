import type { Texts } from "../../../i18n/es";
import { facetWords } from "../../../i18n/words/facetWords";
import type { Formats } from "../../../i18n/formats";
import { choiceOf } from "../filters/changes";
import { FACETS, FILTER_KINDS, MAX_NAMES, type FilterKind, type Filters, type Names } from "../filters/filters";

/** Return the kinds of which a filter has an id that nobody knows, or not this reader. Names of many are not all asked for. */
export const unknownKinds = (filters: Filters, names: Names): FilterKind[] =>
  FILTER_KINDS.filter((kind) => {
    const { ids } = choiceOf(filters, kind);
    return ids.length <= MAX_NAMES && ids.some((id) => !names[kind].has(id));
  });

/** Return what a view is filtered by besides days, in words. */
export function selectionOf(t: Texts, format: Formats, filters: Filters, names: Names) {
  const entries = FILTER_KINDS.map((kind) => {
    const { ids, isExcluded } = choiceOf(filters, kind);
    const label = isExcluded ? t.filters.isNot(t.filters[kind]) : t.filters[kind];
    return { label, names: ids.map((id) => names[kind].get(id) ?? t.filters.unknown[kind]), isExcluded };
  });
  const facets = FACETS.map((facet) => ({
    label: t.filters[facet],
    names: filters[facet].map((value) => facetWords(t, format, facet, value)),
    isExcluded: false,
  }));
  return [...entries, ...facets].filter(({ names }) => names.length > 0);
}
