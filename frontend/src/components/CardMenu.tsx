import { ActionIcon } from "@mantine/core";
import { IconCheck, IconCopy, IconDots, IconFileSpreadsheet, IconPhoto } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "../i18n/I18nProvider";
import type { Days } from "../lib/dates/days";
import { download, fileNameOf } from "../lib/files/download";
import { toCsv, toTsv, type TextTable } from "../lib/files/textTable";
import { ActionList } from "./ActionList";

export type CardFiles = {
  /** The days that files are named after, besides the card. */
  days: Days;
  /** The card's numbers: all of them, not only those on show. */
  table: () => TextTable | Promise<TextTable>;
  /** The card's chart, as an image. */
  picture?: (() => Promise<Blob>) | undefined;
  /** Something that readers must know of the table, such as that it is cut. */
  note?: string | undefined;
};

type Props = CardFiles & { title: string };

type State = "copied" | "failed" | undefined;

/** The menu of a card, which copies its numbers and saves them and its chart as files. */
export function CardMenu({ title, days, table, picture, note }: Props) {
  const { t, language } = useI18n();
  const [state, setState] = useState<State>();
  const attempt = (action: () => Promise<State>) => {
    action().then(setState, () => setState("failed"));
  };
  const copy = async (): Promise<State> => {
    await navigator.clipboard.writeText(toTsv(await table(), language));
    return "copied";
  };
  const save = async (content: Promise<Blob>, extension: string): Promise<State> => {
    download(await content, fileNameOf(title, days, extension));
    return undefined;
  };
  const csv = async () => new Blob([toCsv(await table(), language)], { type: "text/csv;charset=utf-8" });
  const actions = [
    { label: t.files.copy, icon: state === "copied" ? IconCheck : IconCopy, onClick: () => attempt(copy) },
    { label: t.files.csv, icon: IconFileSpreadsheet, onClick: () => attempt(() => save(csv(), "csv")) },
    ...(picture ? [{ label: t.files.png, icon: IconPhoto, onClick: () => attempt(() => save(picture(), "png")) }] : []),
  ];
  return (
    <ActionList
      label={t.files.menu}
      actions={actions}
      status={state ? t.files[state] : (note ?? "")}
      onOpen={() => setState(undefined)}
    >
      {(toggle) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--quiet)"
          title={t.files.menu}
          aria-label={`${t.files.menu}: ${title}`}
          onClick={toggle}
        >
          <IconDots size={18} stroke={1.6} />
        </ActionIcon>
      )}
    </ActionList>
  );
}
