import { Button, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useLocation } from "wouter";
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
import type { Days } from "../../../lib/days";
import { useViewer } from "../../session/ViewerProvider";
import { errorMessage } from "../errorMessage";
import { ExtraColumns } from "./ExtraColumns";

const FORMATS: ExportFormat[] = ["XLSX", "CSV"];
const SEPARATORS: CsvSeparator[] = ["SEMICOLON", "COMMA"];

type Choices = { name: string; format: ExportFormat; separator: CsvSeparator; columns: ExportColumn[] };

/** Some of the messages of a filter: their condition, the name of their file, and a sentence that says which they are. */
export type ExportedPart = { where: MessageWhere; name: string; about: string };

type Props = {
  filter: CampaignAnalyticsFilter;
  days: Days;
  rows: number;
  onClose: () => void;
  /** Absent: all messages of the filter. */
  part?: ExportedPart;
};

/** Create an idempotency key: a second click, or a retry after a lost response, makes no second file. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

/** The dialog that creates an export: its name, format, separator and columns. */
export function ExportDialog({ filter, days, rows, onClose, part }: Props) {
  const { t, format, language } = useI18n();
  const { limits } = useViewer();
  const [, navigate] = useLocation();
  const [choices, setChoices] = useState<Choices>({
    name: (part?.name ?? t.exporting.defaultName(format.days(days.from, days.to))).slice(0, limits.exportNameLength),
    format: "XLSX",
    separator: language === "es" ? "SEMICOLON" : "COMMA", // where Spanish is spoken, Excel splits at semicolons
    columns: [],
  });
  const [idempotencyKey, setIdempotencyKey] = useState(newKey);
  const creation = useApiMutation(CreateExportDocument, {
    onSettled: (data, error) => {
      if (data?.createExport?.export) navigate("/exports");
      else if (!error) setIdempotencyKey(newKey());
    },
  });
  const userError = creation.data?.createExport?.userErrors[0];
  const isNameWrong = userError?.field.at(-1) === "name";
  const message = errorMessage(t, creation.error, userError?.code);

  const choose = (changes: Partial<Choices>) => {
    setChoices({ ...choices, ...changes });
    setIdempotencyKey(newKey());
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const locale = language === "es" ? "ES" : "EN";
    const separator = choices.format === "CSV" ? choices.separator : null;
    creation.mutate({ input: { ...choices, separator, locale, filter, where: part?.where ?? null, idempotencyKey } });
  };

  return (
    <Modal opened onClose={onClose} title={t.exporting.title} closeButtonProps={{ "aria-label": t.states.close }}>
      <form onSubmit={submit}>
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
          <Radio.Group
            label={t.exporting.format}
            value={choices.format}
            onChange={(chosen) => choose({ format: chosen })}
          >
            <Stack gap="xs" mt="xs">
              {FORMATS.map((value) => (
                <Radio
                  key={value}
                  value={value}
                  label={t.exporting.formats[value]}
                  description={t.exporting.formatHints[value]}
                />
              ))}
            </Stack>
          </Radio.Group>
          {choices.format === "CSV" && (
            <Radio.Group
              label={t.exporting.separator}
              value={choices.separator}
              onChange={(separator) => choose({ separator })}
            >
              <Stack gap="xs" mt="xs">
                {SEPARATORS.map((value) => (
                  <Radio
                    key={value}
                    value={value}
                    label={t.exporting.separators[value]}
                    description={t.exporting.separatorHints[value]}
                  />
                ))}
              </Stack>
            </Radio.Group>
          )}
          <ExtraColumns chosen={choices.columns} onChange={(columns) => choose({ columns })} />
          <Text size="sm" c="dimmed">
            {part?.about ?? t.exporting.rows(rows, format.count(rows))}
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
            <Button type="submit" loading={creation.isPending}>
              {t.exporting.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
