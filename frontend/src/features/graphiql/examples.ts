import { addDays } from "../../lib/dates/days";
import text from "./examples.graphql?raw";

/** Return the example queries, about the last thirty days of a company for which it is `today`. */
export const exampleQueries = (today: string): string =>
  text.replaceAll("__FROM__", addDays(today, -29)).replaceAll("__TO__", today);
