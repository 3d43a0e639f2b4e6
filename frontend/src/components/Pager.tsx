import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { useTexts } from "../i18n/I18nProvider";
import classes from "./Pager.module.css";

type Rows = {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: unknown[];
};

export type Paging = {
  /** The cursor after which the page begins; null for the first. */
  after: string | null;
  page: number;
  reset: () => void;
  back: () => void;
  on: (rows: Rows) => void;
};

/** Where one is in a list that the API pages by cursors. */
export function usePaging(): Paging {
  const [cursors, setCursors] = useState<string[]>([]); // of the pages before this one
  return {
    after: cursors.at(-1) ?? null,
    page: cursors.length,
    reset: () => setCursors([]),
    back: () => setCursors(cursors.slice(0, -1)),
    on: (rows) => setCursors([...cursors, rows.pageInfo.endCursor ?? ""]),
  };
}

type Props = { title: string; rows: Rows; size: number; paging: Paging };

/** Which rows are shown, and the way to those before and after; nothing when all are shown. */
export function Pager({ title, rows, size, paging }: Props) {
  const { t, f } = useTexts();
  if (rows.totalCount <= size && paging.page === 0) return null;
  const [from, to] = [paging.page * size + 1, paging.page * size + rows.nodes.length];
  return (
    <nav className={`${classes.pager} no-print`} aria-label={t.tables.pages(title)}>
      <span aria-live="polite">{t.tables.range(f.count(from), f.count(to), f.count(rows.totalCount))}</span>
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={paging.page === 0}
        aria-label={t.tables.previous}
        onClick={paging.back}
      >
        <IconChevronLeft size={18} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={!rows.pageInfo.hasNextPage}
        aria-label={t.tables.next}
        onClick={() => paging.on(rows)}
      >
        <IconChevronRight size={18} />
      </ActionIcon>
    </nav>
  );
}
