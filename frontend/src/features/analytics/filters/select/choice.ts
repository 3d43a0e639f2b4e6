export type Option = { id: string; name: string };

/** Return whether a choice names all there is to choose, which restricts nothing. `total` counts options not listed too. */
export const isEverything = (ids: string[], options: Option[], total: number): boolean =>
  total > 0 && ids.length >= total && options.every(({ id }) => ids.includes(id));

/** List the values chosen on opening before the others, also deleted ones; a click moves none of them. */
export function withFirst(first: Option[], options: Option[]): Option[] {
  const ids = new Set(first.map(({ id }) => id));
  return [...first, ...options.filter(({ id }) => !ids.has(id))];
}
