import { IconChartFunnel, IconDatabaseSearch, IconFileDownload } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link, useRoute } from "wouter";
import { useTexts } from "../texts";
import { Brand } from "./Brand";
import { Person } from "./Person";
import classes from "./Shell.module.css";

/** The frame of every page: where one is, where one can go, who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTexts();
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
          <a href="/graphiql" className={classes.place}>
            <IconDatabaseSearch size={18} stroke={1.6} aria-hidden="true" />
            <span>{t.nav.graphiql}</span>
          </a>
        </nav>
        <Person />
      </header>
      <main id="content" className={classes.main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Place({ href, icon, name }: { href: string; icon: ReactNode; name: string }) {
  const [here] = useRoute(href);
  return (
    <Link href={href} className={classes.place} aria-current={here ? "page" : undefined}>
      <span aria-hidden="true" className={classes.icon}>
        {icon}
      </span>
      <span>{name}</span>
    </Link>
  );
}

/** A page's name under the path that leads to it, with what one can do on it. */
export function Heading({ path, title, about, children }: HeadingProps) {
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
