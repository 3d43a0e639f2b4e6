import { useI18n } from "../../../i18n/I18nProvider";
import { useViewer } from "../../session/ViewerProvider";

const MAX_NAMES = 4; // more say little in one line

/** Return the sentence that says which departments the reader sees; undefined for who sees all, or none. */
export function useScope(): string | undefined {
  const { t, format } = useI18n();
  const { viewer } = useViewer();
  const names = viewer.departments?.map(({ name }) => name) ?? [];
  if (names.length === 0) return undefined;
  const rest = names.length - MAX_NAMES;
  const shown = rest > 1 ? [...names.slice(0, MAX_NAMES), t.person.andMore(rest)] : names;
  return t.person.youSee(format.list(shown));
}
