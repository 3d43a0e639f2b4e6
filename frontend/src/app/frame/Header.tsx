import { IconChartFunnel, IconFileDownload } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link, useRoute } from "wouter";
import { Logo } from "../../components/Logo";
import { useI18n } from "../../i18n/I18nProvider";
import { newTabHandlers } from "../../lib/newTab";
import classes from "./Shell.module.css";
import { UserMenu } from "./UserMenu";

/** The bar of every page: the logo, the navigation, the user menu. `isView` is false for pages that are loaded apart. */
export function Header({ isView = true }: { isView?: boolean }) {
  const { t } = useI18n();
  return (
    <header className={`${classes.header} no-print`}>
      <Logo />
      <nav aria-label={t.nav.label} className={classes.nav}>
        <NavLink isView={isView} href="/" icon={<IconChartFunnel size={18} stroke={1.6} />} name={t.nav.sends} />
        <NavLink
          isView={isView}
          href="/exports"
          icon={<IconFileDownload size={18} stroke={1.6} />}
          name={t.nav.exports}
        />
      </nav>
      <UserMenu />
    </header>
  );
}

function NavLink({ isView, href, icon, name }: { isView: boolean; href: string; icon: ReactNode; name: string }) {
  const [isCurrent] = useRoute(href);
  const Anchor = isView ? Link : "a";
  return (
    <Anchor href={href} className={classes.link} aria-current={isCurrent ? "page" : undefined} {...newTabHandlers}>
      <span aria-hidden="true" className={classes.icon}>
        {icon}
      </span>
      <span>{name}</span>
    </Anchor>
  );
}
