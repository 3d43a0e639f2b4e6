import { Button, Group, Modal, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useMutation } from "urql";
import { useLocation } from "wouter";
import {
  CreateExportDocument,
  type CampaignAnalyticsFilter,
  type CsvSeparator,
  type ExportColumn,
  type ExportFormat,
} from "../../api/generated/operations";
import type { Days } from "../../lib/days";
import { useViewer } from "../session/ViewerProvider";
import { useTexts } from "../../i18n/I18nProvider";
import { FurtherColumns } from "./ExtraColumns";
import { wrongOf } from "./errorMessage";

const FORMATS: ExportFormat[] = ["XLSX", "CSV"];
const SEPARATORS: CsvSeparator[] = ["SEMICOLON", "COMMA"];

type Props = { filter: CampaignAnalyticsFilter; days: Days; rows: number; onClose: () => void };

/** A random key: a second click, or a second try after a lost answer, makes no second file. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

/** Asks for a name, a format and what else a file may have, and for the export. */
export function ExportDialog({ filter, days, rows, onClose }: Props) {
  const { t, f, language } = useTexts();
  const { limits } = useViewer();
  const [, navigate] = useLocation();
  const [name, setName] = useState(t.exporting.defaultName(f.days(days.from, days.to)));
  const [format, setFormat] = useState<ExportFormat>("XLSX");
  // Where Spanish is spoken Excel splits at semicolons.
  const [separator, setSeparator] = useState<CsvSeparator>(language === "es" ? "SEMICOLON" : "COMMA");
  const [columns, setColumns] = useState<ExportColumn[]>([]);
  const [idempotencyKey, setKey] = useState(newKey);
  const [{ data, error, fetching }, create] = useMutation(CreateExportDocument);
  const wrong = data?.createExport?.userErrors[0];
  const ofName = wrong?.field.at(-1) === "name";
  const said = wrongOf(t, error, wrong?.code);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const locale = language === "es" ? "ES" : "EN";
    const chosen = { columns, separator: format === "CSV" ? separator : null };
    const answer = await create({ input: { name, format, locale, filter, ...chosen, idempotencyKey } });
    if (answer.data?.createExport?.export) navigate(`/exports`);
    else if (!answer.error) setKey(newKey());
  };

  return (
    <Modal opened onClose={onClose} title={t.exporting.title} closeButtonProps={{ "aria-label": t.states.close }}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <TextInput
            data-autofocus
            required
            label={t.exporting.name}
            description={t.exporting.nameHint}
            value={name}
            maxLength={limits.exportNameLength}
            onChange={(event) => {
              setName(event.currentTarget.value);
              setKey(newKey());
            }}
            error={ofName && said}
          />
          <Radio.Group
            label={t.exporting.format}
            value={format}
            onChange={(chosen) => {
              setFormat(chosen);
              setKey(newKey());
            }}
          >
            <Stack gap="xs" mt="xs">
              {FORMATS.map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={t.exporting.formats[one]}
                  description={t.exporting.formatHints[one]}
                />
              ))}
            </Stack>
          </Radio.Group>
          {format === "CSV" && (
            <Radio.Group
              label={t.exporting.separator}
              value={separator}
              onChange={(chosen) => {
                setSeparator(chosen);
                setKey(newKey());
              }}
            >
              <Stack gap="xs" mt="xs">
                {SEPARATORS.map((one) => (
                  <Radio
                    key={one}
                    value={one}
                    label={t.exporting.separators[one]}
                    description={t.exporting.separatorHints[one]}
                  />
                ))}
              </Stack>
            </Radio.Group>
          )}
          <FurtherColumns
            chosen={columns}
            onChange={(chosen) => {
              setColumns(chosen);
              setKey(newKey());
            }}
          />
          <Text size="sm" c="dimmed">
            {t.exporting.rows(rows, f.count(rows))}
          </Text>
          {said && !ofName && (
            <Text role="alert" size="sm" c="var(--bad)">
              {said}
            </Text>
          )}
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t.exporting.cancel}
            </Button>
            <Button type="submit" loading={fetching}>
              {t.exporting.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
