import { UsedCategoriesDocument, UsedLanguagesDocument } from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import { toFilterInput, type Filters } from "../filters";
import { sumValues } from "./values";

const MAX_ROWS = 200; // templates: the API's largest page

/** Return the categories that messages have under the other filters. */
export function useCategories(filters: Filters) {
  const variables = { filter: toFilterInput({ ...filters, categories: [] }) };
  const { answer, isPending, error } = useStableQuery(UsedCategoriesDocument, variables);
  const rows = answer?.data.campaignAnalytics?.rows.nodes ?? [];
  const values = sumValues(
    rows.map(({ category, funnel }) => ({ value: category, messages: funnel.messages })),
    true,
    filters.categories,
  );
  return { values, isPending, error };
}

/** Return the languages of the templates that messages have under the other filters. */
export function useLanguages(filters: Filters) {
  const variables = { filter: toFilterInput({ ...filters, languages: [] }), first: MAX_ROWS };
  const { answer, isPending, error } = useStableQuery(UsedLanguagesDocument, variables);
  const rows = answer?.data.campaignAnalytics?.rows;
  const values = sumValues(
    rows?.nodes.map(({ template, funnel }) => ({ value: template.language, messages: funnel.messages })) ?? [],
    rows?.pageInfo.hasNextPage === false,
    filters.languages,
  );
  return { values, isPending, error };
}
