import { useI18n } from "../../../i18n/I18nProvider";
import { cityOf } from "../../../lib/dates/city";
import { useViewer } from "../../session/ViewerProvider";

/** Return the name of the time zone that all days and times are of: `hora de Santiago`. */
export function useZone(): string {
  const { t } = useI18n();
  const { timeZone } = useViewer().viewer;
  const city = cityOf(timeZone);
  return city === undefined ? timeZone : t.states.zone(city);
}
