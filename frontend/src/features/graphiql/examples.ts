import text from "./examples.graphql?raw";

const DAYS_BACK = 29 * 86_400_000; // milliseconds: with today, thirty days

/** Return the example queries, about the last thirty days. */
export function exampleQueries(now: Date): string {
  const toDay = (instant: Date) => instant.toISOString().slice(0, 10);
  const from = new Date(now.getTime() - DAYS_BACK);
  return text.replaceAll("__FROM__", toDay(from)).replaceAll("__TO__", toDay(now));
}
