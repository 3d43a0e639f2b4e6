import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import {
  CreateExportDocument,
  type CampaignAnalyticsFilter,
  type CsvSeparator,
  type ExportColumn,
  type ExportFormat,
  type MessageWhere,
} from "../../../api/generated/operations";
import { useApiMutation } from "../../../api/useApiMutation";
import { useI18n } from "../../../i18n/I18nProvider";
import type { Days } from "../../../lib/dates/days";
import { useViewer } from "../../session/ViewerProvider";
import { errorMessage } from "../errorMessage";
import { newKey } from "../idempotencyKey";
import { useFollowExport } from "../progress/ExportFollower";
import { defaultColumns } from "./defaultColumns";
import { ExtraColumns } from "./ExtraColumns";
import { RadioChoice } from "./RadioChoice";
import { defaultName, type Selection } from "./selection";

const FORMATS: ExportFormat[] = ["XLSX", "CSV"];
const SEPARATORS: CsvSeparator[] = ["SEMICOLON", "COMMA"];

type Choices = { name: string; format: ExportFormat; separator: CsvSeparator; columns: ExportColumn[] };

/** Some of the messages of a filter: their condition, the name of their file, and a sentence that says which they are. */
export type ExportedPart = { where: MessageWhere; name: string; about: string };

type Props = {
  filter: CampaignAnalyticsFilter;
  days: Days;
  /** What the view is filtered by besides days. */
  selection?: Selection;
  rows: number;
  onClose: () => void;
  /** Absent: all messages of the filter. */
  part?: ExportedPart;
};

/** The dialog that creates an export: its name, format, separator and columns. */
export function ExportDialog({ filter, days, selection = [], rows, onClose, part }: Props) {
  const { t, format, language } = useI18n();
  const { limits } = useViewer();
  const follow = useFollowExport();
  const period = format.days(days.from, days.to);
  const [choices, setChoices] = useState<Choices>({
    name:
      part?.name.slice(0, limits.exportNameLength) ??
      defaultName(t.exporting.defaultName(period), selection, format.count, limits.exportNameLength),
    format: "XLSX",
    separator: language === "es" ? "SEMICOLON" : "COMMA", // where Spanish is spoken, Excel splits at semicolons
    columns: defaultColumns(part?.where),
  });
  const [isBlank, setIsBlank] = useState(false);
  const [idempotencyKey, setIdempotencyKey] = useState(newKey);
  const creation = useApiMutation(CreateExportDocument, {
    onSettled: (data, error) => {
      const created = data?.createExport?.export;
      if (created) {
        follow(created);
        onClose();
      } else if (!error) setIdempotencyKey(newKey());
    },
  });
  const userError = creation.data?.createExport?.userErrors[0];
  const isNameWrong = isBlank || userError?.field.at(-1) === "name";
  const message = isBlank ? t.exporting.wrong.BLANK : errorMessage(t, creation.error, userError?.code);

  const choose = (changes: Partial<Choices>) => {
    setChoices({ ...choices, ...changes });
    setIsBlank(false);
    setIdempotencyKey(newKey());
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setIsBlank(choices.name.trim() === "");
    if (choices.name.trim() === "") return;
    const locale = language === "es" ? "ES" : "EN";
    const separator = choices.format === "CSV" ? choices.separator : null;
    creation.mutate({ input: { ...choices, separator, locale, filter, where: part?.where ?? null, idempotencyKey } });
  };

  return (
    <Modal opened onClose={onClose} title={t.exporting.title} closeButtonProps={{ "aria-label": t.states.close }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            data-autofocus
            required
            label={t.exporting.name}
            description={t.exporting.nameHint}
            value={choices.name}
            maxLength={limits.exportNameLength}
            onChange={(event) => choose({ name: event.currentTarget.value })}
            error={isNameWrong && message}
          />
          <RadioChoice
            label={t.exporting.format}
            values={FORMATS}
            labels={t.exporting.formats}
            hints={t.exporting.formatHints}
            chosen={choices.format}
            onChange={(chosen) => choose({ format: chosen })}
          />
          {choices.format === "CSV" && (
            <RadioChoice
              label={t.exporting.separator}
              values={SEPARATORS}
              labels={t.exporting.separators}
              hints={t.exporting.separatorHints}
              chosen={choices.separator}
              onChange={(separator) => choose({ separator })}
            />
          )}
          <ExtraColumns chosen={choices.columns} onChange={(columns) => choose({ columns })} />
          <div>
            <Text size="sm" c="dimmed">
              {rows === 0 ? t.exporting.noRows : (part?.about ?? t.exporting.rows(rows, format.count(rows)))}
            </Text>
            {[{ label: t.filters.dates, names: [period] }, ...selection].map(({ label, names }) => (
              <Text key={label} size="sm" c="dimmed" lineClamp={3}>
                {label}: {format.list(names)}
              </Text>
            ))}
          </div>
          <Text size="xs" c="dimmed">
            {t.exporting.words}
          </Text>
          {message && !isNameWrong && (
            <Text role="alert" size="sm" c="var(--bad)">
              {message}
            </Text>
          )}
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t.exporting.cancel}
            </Button>
            <Button type="submit" loading={creation.isPending} disabled={rows === 0}>
              {t.exporting.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
