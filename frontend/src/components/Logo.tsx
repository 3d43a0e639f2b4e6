import { useI18n } from "../i18n/I18nProvider";
import { newTabHandlers } from "../lib/newTab";
import classes from "./Logo.module.css";

/** The product's mark and name, as a link to its first page. */
export function Logo({ large = false }: { large?: boolean }) {
  const { t } = useI18n();
  return (
    <a href="/" className={classes.logo} data-large={large || undefined} {...newTabHandlers}>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M3 5h26v4c0 7-8 7-8 13v6H11v-6c0-6-8-6-8-13z" fill="currentColor" />
      </svg>
      {t.product}
    </a>
  );
}
