import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconDots, IconFileSpreadsheet, IconPhoto } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "../i18n/I18nProvider";
import type { Days } from "../lib/days";
import { download, fileNameOf } from "../lib/files/download";
import { toCsv, toTsv, type TextTable } from "../lib/files/textTable";

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

const ICON = { size: 16, stroke: 1.6 };

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
  return (
    <Menu position="bottom-end" shadow="md" onOpen={() => setState(undefined)}>
      <Menu.Target>
        <Tooltip label={t.files.menu}>
          <ActionIcon variant="subtle" color="gray" aria-label={`${t.files.menu}: ${title}`}>
            <IconDots size={18} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          closeMenuOnClick={false}
          leftSection={state === "copied" ? <IconCheck {...ICON} /> : <IconCopy {...ICON} />}
          onClick={() => attempt(copy)}
        >
          {t.files.copy}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileSpreadsheet {...ICON} />}
          closeMenuOnClick={false}
          onClick={() => attempt(() => save(csv(), "csv"))}
        >
          {t.files.csv}
        </Menu.Item>
        {picture && (
          <Menu.Item
            leftSection={<IconPhoto {...ICON} />}
            closeMenuOnClick={false}
            onClick={() => attempt(() => save(picture(), "png"))}
          >
            {t.files.png}
          </Menu.Item>
        )}
        <Menu.Label role="status">{state ? t.files[state] : note}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
