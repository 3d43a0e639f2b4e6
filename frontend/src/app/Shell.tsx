import { IconChartFunnel, IconDatabaseSearch, IconFileDownload } from "@tabler/icons-react";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect, useRef, type ReactNode } from "react";
import { Link, useLocation, useRoute } from "wouter";
import { useTexts } from "../i18n/I18nProvider";
import { Brand } from "../components/Logo";
import { Person } from "./UserMenu";
import { inNewTab } from "../lib/newTab";
import classes from "./Shell.module.css";

/** The frame of every page: where one is, where one can go, who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  const main = useContentFocus();
  return (
    <>
      <a href="#content" className={classes.skip}>
        {t.nav.skip}
      </a>
      <header className={`${classes.header} no-print`}>
        <Brand />
        <nav aria-label={t.nav.label} className={classes.nav}>
          <Place href="/" icon={<IconChartFunnel size={18} stroke={1.6} />} name={t.nav.sends} />
          <Place href="/exports" icon={<IconFileDownload size={18} stroke={1.6} />} name={t.nav.exports} />
          <a href="/graphiql" className={classes.place} {...inNewTab}>
            <IconDatabaseSearch size={18} stroke={1.6} aria-hidden="true" />
            <span>{t.nav.graphiql}</span>
          </a>
        </nav>
        <Person />
      </header>
      <main id="content" ref={main} className={classes.main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** Where the focus goes when another page is shown: else it would stay on the link, or be nowhere. */
function useContentFocus() {
  const main = useRef<HTMLElement>(null);
  const [place] = useLocation();
  const shown = useRef(place);
  useEffect(() => {
    if (shown.current !== place) main.current?.focus();
    shown.current = place;
  }, [place]);
  return main;
}

function Place({ href, icon, name }: { href: string; icon: ReactNode; name: string }) {
  const [here] = useRoute(href);
  return (
    <Link href={href} className={classes.place} aria-current={here ? "page" : undefined} {...inNewTab}>
      <span aria-hidden="true" className={classes.icon}>
        {icon}
      </span>
      <span>{name}</span>
    </Link>
  );
}

/** A page's name under the path that leads to it, with what one can do on it; the browser's tab says it too. */
export function Heading({ path, title, about, children }: HeadingProps) {
  const { t } = useTexts();
  useDocumentTitle(t.titled(title));
  return (
    <div className={classes.heading}>
      <div>
        <p className={classes.path}>{path.join(" › ")}</p>
        <h1 className={classes.title}>{title}</h1>
        {about && <p className={classes.about}>{about}</p>}
      </div>
      {children}
    </div>
  );
}

type HeadingProps = { path: string[]; title: string; about?: string; children?: ReactNode };
