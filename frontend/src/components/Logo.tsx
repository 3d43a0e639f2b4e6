import { useTexts } from "../i18n/I18nProvider";
import { inNewTab } from "../lib/newTab";
import classes from "../app/Shell.module.css";

/** The name of the product, with its mark. */
export function Brand({ large = false }: { large?: boolean }) {
  const { t } = useTexts();
  return (
    <a href="/" className={classes.brand} data-large={large || undefined} {...inNewTab}>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M3 5h26v4c0 7-8 7-8 13v6H11v-6c0-6-8-6-8-13z" fill="currentColor" />
      </svg>
      {t.product}
    </a>
  );
}
