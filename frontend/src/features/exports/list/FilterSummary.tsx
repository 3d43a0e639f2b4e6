import { Anchor, Text } from "@mantine/core";
import { Link } from "wouter";
import type { ExportRowFragment } from "../../../api/generated/operations";
import { facetWords } from "../../../i18n/words/facetWords";
import { useI18n } from "../../../i18n/I18nProvider";
import { newTabHandlers } from "../../../lib/newTab";
import { viewAddress } from "../viewAddress";
import { whereWords } from "./whereWords";
import { EXCLUDED_FIELDS, ID_FIELDS, KINDS, MAX_NAMES, type Kind, type Names } from "./useNames";

const FACETS = ["categories", "languages"] as const;

type Line = { label: string; text: string | null };

type Props = { export: ExportRowFragment; names: Names };

/** The days of an export's filter, what it names, and the way to the view that shows the same. */
export function FilterSummary({ export: { name, filter }, names }: Props) {
  const { t, format } = useI18n();
  const describe = (kind: Kind, label: string, ids: string[] | null): Line => {
    if (!ids) return { label, text: null };
    const shown = ids.slice(0, MAX_NAMES).map((id) => names[kind]?.get(id));
    if (shown.includes(undefined)) {
      return { label, text: `${format.count(ids.length)} ${t.filters.counted[kind](ids.length)}` };
    }
    const rest = ids.length - shown.length;
    const all = rest > 0 ? [...shown, t.person.andMore(rest)] : shown;
    return { label, text: format.list(all as string[]) };
  };
  const lines: Line[] = [
    ...KINDS.map((kind) => describe(kind, t.filters[kind], filter[ID_FIELDS[kind]])),
    ...KINDS.map((kind) => describe(kind, t.filters.isNot(t.filters[kind]), filter[EXCLUDED_FIELDS[kind]])),
    ...FACETS.map((facet) => ({
      label: t.filters[facet],
      text: filter[facet] && format.list(filter[facet].map((value) => facetWords(t, format, facet, value))),
    })),
  ];
  return (
    <>
      <span>{format.days(filter.period.from, filter.period.to)}</span>
      {lines.map(
        ({ label, text }) =>
          text !== null && (
            <Text key={label} size="xs" c="dimmed">
              {label}: {text}
            </Text>
          ),
      )}
      {filter.where && (
        <Text size="xs" c="dimmed">
          {whereWords(t, format, filter.where)}
        </Text>
      )}
      <Anchor
        component={Link}
        href={viewAddress(filter)}
        size="xs"
        aria-label={t.exports.named(t.exports.openView, name)}
        {...newTabHandlers}
      >
        {t.exports.openView}
      </Anchor>
    </>
  );
}
