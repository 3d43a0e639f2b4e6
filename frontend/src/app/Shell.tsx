import { IconChartFunnel, IconDatabaseSearch, IconFileDownload } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { Link, useLocation, useRoute } from "wouter";
import { Logo } from "../components/Logo";
import { useI18n } from "../i18n/I18nProvider";
import { newTabHandlers } from "../lib/newTab";
import classes from "./Shell.module.css";
import { UserMenu } from "./UserMenu";

/** The frame of every page: the logo, the navigation, the user menu, and the page beneath. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const main = useContentFocus();
  return (
    <>
      <a href="#content" className={classes.skip}>
        {t.nav.skip}
      </a>
      <header className={`${classes.header} no-print`}>
        <Logo />
        <nav aria-label={t.nav.label} className={classes.nav}>
          <NavLink href="/" icon={<IconChartFunnel size={18} stroke={1.6} />} name={t.nav.sends} />
          <NavLink href="/exports" icon={<IconFileDownload size={18} stroke={1.6} />} name={t.nav.exports} />
          <a href="/graphiql" className={classes.link} {...newTabHandlers}>
            <IconDatabaseSearch size={18} stroke={1.6} aria-hidden="true" />
            <span>{t.nav.graphiql}</span>
          </a>
        </nav>
        <UserMenu />
      </header>
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

function NavLink({ href, icon, name }: { href: string; icon: ReactNode; name: string }) {
  const [isCurrent] = useRoute(href);
  return (
    <Link href={href} className={classes.link} aria-current={isCurrent ? "page" : undefined} {...newTabHandlers}>
      <span aria-hidden="true" className={classes.icon}>
        {icon}
      </span>
      <span>{name}</span>
    </Link>
  );
}
