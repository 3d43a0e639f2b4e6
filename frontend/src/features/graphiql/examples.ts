import text from "./examples.graphql?raw";

const SPAN = 29 * 86_400_000; // milliseconds: with today, thirty days

/** Queries to begin with, about the last thirty days. */
export function examples(now: Date): string {
  const day = (at: Date) => at.toISOString().slice(0, 10);
  return text.replaceAll("__FROM__", day(new Date(now.getTime() - SPAN))).replaceAll("__TO__", day(now));
}
