import { ActionIcon, SegmentedControl } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "../i18n/I18nProvider";
import classes from "./Pager.module.css";

type Rows = {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: unknown[];
};

export type Paging = {
  /** The cursor after which the page begins; null for the first page. */
  after: string | null;
  /** Counted from 0. */
  page: number;
  reset: () => void;
  previous: () => void;
  next: (rows: Rows) => void;
};

/** Keep the current page of a list that the API pages by cursors. */
export function usePaging(): Paging {
  const [cursors, setCursors] = useState<string[]>([]); // where this page and each one before it begin
  return {
    after: cursors.at(-1) ?? null,
    page: cursors.length,
    reset: () => setCursors([]),
    previous: () => setCursors(cursors.slice(0, -1)),
    next: (rows) => setCursors([...cursors, rows.pageInfo.endCursor ?? ""]),
  };
}

type Props = {
  title: string;
  rows: Rows;
  size: number;
  paging: Paging;
  /** The numbers of rows that a page can have, smallest first; absent where there is no choice. */
  sizes?: { all: number[]; onChange: (size: number) => void };
};

/** The range of rows that is shown, with buttons for the pages around it; nothing when all rows are shown. */
export function Pager({ title, rows, size, paging, sizes }: Props) {
  const { t, format } = useI18n();
  if (rows.totalCount <= Math.min(size, sizes?.all[0] ?? size) && paging.page === 0) return null;
  const [from, to] = [paging.page * size + 1, paging.page * size + rows.nodes.length];
  return (
    <nav className={classes.pager} aria-label={t.tables.pages(title)}>
      {sizes && (
        <SegmentedControl
          className={`${classes.size ?? ""} no-print`}
          size="xs"
          aria-label={t.tables.size}
          title={t.tables.size}
          value={String(size)}
          data={sizes.all.map(String)}
          onChange={(chosen) => sizes.onChange(Number(chosen))}
        />
      )}
      <span aria-live="polite">
        {t.tables.range(format.count(from), format.count(to), format.count(rows.totalCount))}
      </span>
      <ActionIcon
        className="no-print"
        variant="subtle"
        color="gray"
        disabled={paging.page === 0}
        aria-label={t.tables.previous}
        onClick={paging.previous}
      >
        <IconChevronLeft size={18} />
      </ActionIcon>
      <ActionIcon
        className="no-print"
        variant="subtle"
        color="gray"
        disabled={!rows.pageInfo.hasNextPage}
        aria-label={t.tables.next}
        onClick={() => paging.next(rows)}
      >
        <IconChevronRight size={18} />
      </ActionIcon>
    </nav>
  );
}
