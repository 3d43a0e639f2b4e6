import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useI18n } from "../i18n/I18nProvider";
import { useTitleNotice } from "./toasts/ToastProvider";
import classes from "./PageHeader.module.css";

type Props = { path: string[]; title: string; about?: string; children?: ReactNode };

/** A page's title under the path that leads to it, with its actions; the browser's tab shows the title too. */
export function PageHeader({ path, title, about, children }: Props) {
  const { t } = useI18n();
  const notice = useTitleNotice();
  useDocumentTitle(t.titled(notice ?? title));
  return (
    <div className={classes.header}>
      <div>
        {path.length > 0 && <p className={classes.path}>{path.join(" › ")}</p>}
        <h1 className={classes.title}>{title}</h1>
        {about && <p className={classes.about}>{about}</p>}
      </div>
      {children}
    </div>
  );
}
