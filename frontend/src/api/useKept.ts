import { useState } from "react";

/** What was chosen, with the value that belongs to it; the newest pair whose value there was. */
export type Kept<Choice, Value> = { choice: Choice; value: Value };

/** Keeps a choice and its value together: a new choice shows once its value is there, and not if that never comes. */
export function useKept<Choice, Value>(
  choice: Choice,
  value: Value | undefined,
  first: Kept<Choice, Value>,
): Kept<Choice, Value> {
  const [kept, setKept] = useState(first);
  if (value === undefined || (kept.choice === choice && kept.value === value)) return kept;
  const newest = { choice, value };
  setKept(newest);
  return newest;
}
