/** What a view is filtered by, in words: the name of each filter that is used, and the names of its values. */
export type Selection = { label: string; names: string[]; isExcluded?: boolean }[];

const MAX_NAMES = 2; // of each filter; a longer name would not be read

/** Return the name that an export gets by itself: its days, and what they are filtered by. */
export function defaultName(title: string, selection: Selection, count: (n: number) => string, max: number): string {
  const parts = selection.map(({ label, names, isExcluded = false }) => {
    const text = names.length > MAX_NAMES ? count(names.length) : names.join(", ");
    return isExcluded || names.length > MAX_NAMES ? `${label}: ${text}` : text;
  });
  const name = [title, ...parts].join(" · ");
  return name.length > max ? title : name;
}
