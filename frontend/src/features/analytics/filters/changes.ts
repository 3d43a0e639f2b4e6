import { FACETS, type Facet, type FilterKind, type Filters } from "./filters";

/** Split the departments of a filter into those that a reader sees, which stay in it, and the others. */
export function withOwnDepartments(
  filters: Filters,
  own: { id: string }[] | null,
): { seen: Filters; foreign: string[] } {
  const { departments, excluded } = filters;
  const isForeign = (id: string) => own !== null && !own.some((department) => department.id === id);
  const foreign = [...departments, ...excluded.departments].filter(isForeign);
  if (foreign.length === 0) return { seen: filters, foreign };
  const seen = (ids: string[]) => ids.filter((id) => !isForeign(id));
  const changes = {
    departments: seen(departments),
    excluded: { ...excluded, departments: seen(excluded.departments) },
  };
  return { seen: { ...filters, ...changes }, foreign };
}

/** The ids of a kind that messages shall have, or shall not have. */
export type Choice = { ids: string[]; isExcluded: boolean };

/** Return what is chosen of a kind. */
export function choiceOf(filters: Filters, kind: FilterKind): Choice {
  const excluded = filters.excluded[kind];
  return excluded.length > 0 ? { ids: excluded, isExcluded: true } : { ids: filters[kind], isExcluded: false };
}

/** Return the change to another choice of a kind. */
export const withChoice = (filters: Filters, kind: FilterKind, { ids, isExcluded }: Choice): Partial<Filters> => ({
  [kind]: isExcluded ? [] : ids,
  excluded: { ...filters.excluded, [kind]: isExcluded ? ids : [] },
});

const isFacet = (kind: FilterKind | Facet): kind is Facet => FACETS.some((facet) => facet === kind);

/** Return the change of a click on a value: it becomes the only one of its kind, or none is if it was. */
export function toggled(filters: Filters, kind: FilterKind | Facet, id: string): Partial<Filters> {
  const ids = isOnly(filters, kind, id) ? [] : [id];
  return isFacet(kind) ? { [kind]: ids } : withChoice(filters, kind, { ids, isExcluded: false });
}

export const isOnly = (filters: Filters, kind: FilterKind | Facet, id: string): boolean =>
  filters[kind].length === 1 && filters[kind][0] === id;
