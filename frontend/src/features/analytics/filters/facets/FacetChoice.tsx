import { Checkbox, Loader, Stack, Text } from "@mantine/core";
import type { ApiError } from "../../../../api/errors";
import { facetWords } from "../../../../i18n/words/facetWords";
import { useI18n } from "../../../../i18n/I18nProvider";
import classes from "../FilterBar.module.css";
import type { Facet } from "../filters";
import type { FacetValue } from "./values";

type Props = {
  facet: Facet;
  options: { values: FacetValue[]; isPending: boolean; error: ApiError | null };
  chosen: string[];
  onChange: (chosen: string[]) => void;
};

/** The values of a category or language to choose from, with their messages. */
export function FacetChoice({ facet, options: { values, isPending, error }, chosen, onChange }: Props) {
  const { t, format } = useI18n();
  const isEmpty = values.length === 0 && !isPending && !error;
  return (
    <Checkbox.Group label={t.filters[facet]} value={chosen} onChange={onChange}>
      <Stack gap="xs" mt="xs">
        {values.map(({ value, messages }) => (
          <div key={value} className={classes.choice}>
            <Checkbox size="sm" value={value} label={facetWords(t, format, facet, value)} />
            {messages !== undefined && (
              <span className={classes.messages}>
                {format.count(messages)} {t.funnel.noun(messages)}
              </span>
            )}
          </div>
        ))}
        {isPending && values.length === 0 && <Loader size={16} aria-label={t.states.loading} />}
        {isEmpty && (
          <Text size="sm" c="dimmed">
            {facet === "languages" ? t.filters.noLanguages : t.filters.unused}
          </Text>
        )}
        {error && (
          <Text role="alert" size="sm" c="var(--bad)">
            {error.reason === "TOO_MANY_MESSAGES"
              ? `${t.states.tooMany}. ${t.states.tooManyAbout}`
              : t.states[error.kind]}
          </Text>
        )}
      </Stack>
    </Checkbox.Group>
  );
}
