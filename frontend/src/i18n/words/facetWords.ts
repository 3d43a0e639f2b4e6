import type { Texts } from "../es";
import type { Formats } from "../formats";

/** What a message's template was: its category or its language. */
export type FacetName = "categories" | "languages";

/** Write a category, by the API's word for it, or a language, by Meta's code of it. */
export function facetWords(t: Texts, format: Formats, facet: FacetName, value: string): string {
  const categories: Record<string, string> = t.tables.categories;
  return facet === "categories" ? (categories[value] ?? value) : format.language(value);
}
