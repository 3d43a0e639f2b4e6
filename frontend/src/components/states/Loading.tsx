import { Loader } from "@mantine/core";
import { useI18n } from "../../i18n/I18nProvider";
import classes from "./states.module.css";

/** A page or part that is being loaded. */
export function Loading() {
  const { t } = useI18n();
  return (
    <div className={classes.state} role="status" aria-label={t.states.loading}>
      <Loader type="dots" />
    </div>
  );
}
