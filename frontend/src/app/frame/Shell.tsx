import { useEffect, useRef, type ReactNode } from "react";
import { useLocation } from "wouter";
import { useI18n } from "../../i18n/I18nProvider";
import { Header } from "./Header";
import classes from "./Shell.module.css";

/** The frame of every page: the logo, the navigation, the user menu, and the page beneath. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const main = useContentFocus();
  return (
    <>
      <a href="#content" className={classes.skip}>
        {t.nav.skip}
      </a>
      <Header />
      <main id="content" ref={main} className={classes.main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** Move the focus to the content when another page is shown: else it would stay on the link, or be lost. */
function useContentFocus() {
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const shownPath = useRef(path);
  useEffect(() => {
    if (shownPath.current !== path) main.current?.focus();
    shownPath.current = path;
  }, [path]);
  return main;
}
