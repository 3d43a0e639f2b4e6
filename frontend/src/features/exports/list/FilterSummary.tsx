import { Anchor, Text } from "@mantine/core";
import { Link } from "wouter";
import type { ExportRowFragment } from "../../../api/generated/operations";
import { useI18n } from "../../../i18n/I18nProvider";
import { newTabHandlers } from "../../../lib/newTab";
import { viewAddress } from "../viewAddress";
import { ID_FIELDS, KINDS, MAX_NAMES, type Kind, type Names } from "./useNames";

type Props = { export: ExportRowFragment; names: Names };

/** The days of an export's filter, what it names, and the way to the view that shows the same. */
export function FilterSummary({ export: { name, filter }, names }: Props) {
  const { t, format } = useI18n();
  const describe = (kind: Kind, ids: string[]) => {
    const shown = ids.slice(0, MAX_NAMES).map((id) => names[kind]?.get(id));
    if (shown.includes(undefined)) return `${format.count(ids.length)} ${t.filters.counted[kind](ids.length)}`;
    const rest = ids.length - shown.length;
    const all = rest > 0 ? [...shown, t.person.andMore(rest)] : shown;
    return `${t.filters[kind]}: ${format.list(all as string[])}`;
  };
  return (
    <>
      <span>{format.days(filter.period.from, filter.period.to)}</span>
      {KINDS.map((kind) => {
        const ids = filter[ID_FIELDS[kind]];
        return (
          ids && (
            <Text key={kind} size="xs" c="dimmed">
              {describe(kind, ids)}
            </Text>
          )
        );
      })}
      {filter.where && (
        <Text size="xs" c="dimmed">
          {t.exports.someMessages}
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
