/** A category or language to filter by; `messages` are those under the other filters, absent where they are not known. */
export type FacetValue = { value: string; messages?: number };

type Row = { value: string | null | undefined; messages: number };

/**
 * Sum the messages of each value, the most first, then the chosen ones that have none. Templates may lack a language.
 *
 * Where rows are missing, sums are not told.
 */
export function sumValues(rows: Row[], areSumsKnown: boolean, chosen: string[]): FacetValue[] {
  const sums = new Map<string, number>();
  for (const { value, messages } of rows) if (value) sums.set(value, (sums.get(value) ?? 0) + messages);
  const sorted = [...sums].sort(([, one], [, other]) => other - one);
  const used = sorted.map(([value, messages]) => (areSumsKnown ? { value, messages } : { value }));
  return [...used, ...chosen.filter((value) => !sums.has(value)).map((value) => ({ value }))];
}
