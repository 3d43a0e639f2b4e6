/** A number with the text that readers see; null where it cannot be computed. */
export type Measured = { number: number | null; text: string };

/** Compare two periods as readers see them: equal texts are the same. Undefined where there is nothing to compare. */
export function directionOf(previous: Measured, current: Measured): "rose" | "fell" | "same" | undefined {
  if (current.number === null || previous.number === null) return undefined;
  if (current.text === previous.text || current.number === previous.number) return "same";
  return current.number > previous.number ? "rose" : "fell";
}
