import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "../../../../i18n/I18nProvider";
import classes from "./PerformanceTable.module.css";

const DELAY = 250; // milliseconds after the last key
const MAX_LENGTH = 100; // characters

type Props = { title: string; find: string; onFind: (find: string) => void };

/** The search by name in a table. */
export function NameSearch({ title, find, onFind }: Props) {
  const { t } = useI18n();
  const [text, setText] = useState(find);
  const [applied, setApplied] = useState(find);
  if (find !== applied) {
    setApplied(find);
    if (find !== text.trim()) setText(find); // the address changed by itself
  }
  const findSoon = useDebouncedCallback(onFind, DELAY);
  return (
    <TextInput
      type="search"
      size="xs"
      className={classes.find ?? ""}
      aria-label={`${t.tables.find}: ${title}`}
      placeholder={t.tables.find}
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      autoComplete="off"
      maxLength={MAX_LENGTH}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        findSoon(event.currentTarget.value.trim());
      }}
    />
  );
}
