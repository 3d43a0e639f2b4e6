import { fold } from "../../../../lib/folding";

/** A value to filter by; `messages` are those under the other filters, absent where they are not known. */
export type Option = { id: string; name: string; messages?: number; isDeleted?: boolean };

/** The messages of a value; an agent has a row for each department. */
export type UsedRow = { value: { id: string; name: string; active?: boolean }; funnel: { messages: number } };

/** Sum the rows of each value. The most messages come first; where rows are missing, sums of several are not told. */
export function sumByValue(rows: UsedRow[], areSumsKnown: boolean): Option[] {
  const sums = new Map<string, Option & { messages: number }>();
  for (const { value, funnel } of rows) {
    const { id, name, active = true } = value;
    const messages = (sums.get(id)?.messages ?? 0) + funnel.messages;
    sums.set(id, { id, name, messages, ...(!active && { isDeleted: true }) });
  }
  const sorted = [...sums.values()].sort((one, other) => other.messages - one.messages);
  return sorted.map(({ messages, ...option }) => (areSumsKnown ? { ...option, messages } : option));
}

export type Group = { name: "chosen" | "used" | "deleted" | "others"; options: Option[] };

type Lists = { chosen: Option[]; used: Option[]; all: Option[]; search: string };

/**
 * Group the options of a list: those chosen on opening, those with messages, deleted ones with messages, the others.
 *
 * Each is there once. `all` are those that the API found for the search; it does not find deleted ones.
 */
export function groupOptions({ chosen, used, all, search }: Lists): Group[] {
  const usedById = new Map(used.map((option) => [option.id, option]));
  const withMessages = (option: Option): Option => ({ ...option, ...usedById.get(option.id) });
  const isFound = new Set(all.map(({ id }) => id));
  const matches = ({ id, name, isDeleted }: Option) =>
    search === "" || (isDeleted ? fold(name).includes(fold(search)) : isFound.has(id));
  const first = search === "" ? chosen.map(withMessages) : [];
  const isFirst = new Set(first.map(({ id }) => id));
  const listed = used.filter((option) => matches(option) && !isFirst.has(option.id));
  const groups: Group[] = [
    { name: "chosen", options: first },
    { name: "used", options: listed.filter(({ isDeleted }) => !isDeleted) },
    { name: "deleted", options: listed.filter(({ isDeleted }) => isDeleted) },
    { name: "others", options: all.filter(({ id }) => !usedById.has(id) && !isFirst.has(id)) },
  ];
  return groups.filter(({ options }) => options.length > 0);
}

/** Return whether a choice names all there is to choose, deleted values too: it restricts nothing. */
export function isEverything(ids: string[], options: Option[], total: number): boolean {
  const choosable = new Set(options.filter(({ isDeleted }) => !isDeleted).map(({ id }) => id));
  return total > 0 && choosable.size >= total && options.every(({ id }) => ids.includes(id));
}
