import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { AnnotatedDepartmentsDocument, CreateAnnotationDocument } from "../../../api/generated/operations";
import { useApiMutation } from "../../../api/useApiMutation";
import { useStableQuery } from "../../../api/useStableQuery";
import { useI18n } from "../../../i18n/I18nProvider";
import type { Days } from "../../../lib/dates/days";
import { useViewer } from "../../session/ViewerProvider";
import { annotationError } from "./annotationError";

const MAX_LENGTH = 200; // characters

type Props = {
  /** The days on show, the last of which is proposed. */
  days: Days;
  onClose: () => void;
  onDone: () => void;
};

/** A dialog in which some days are annotated, for everybody or for a department. */
export function NewAnnotation({ days, onClose, onDone }: Props) {
  const { t } = useI18n();
  const { limits } = useViewer();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState({ from: days.to, to: days.to });
  const [departmentId, setDepartmentId] = useState<string | null>(null);
  const [failure, setFailure] = useState<string>();
  const { answer } = useStableQuery(AnnotatedDepartmentsDocument, {});
  const creation = useApiMutation(CreateAnnotationDocument, {
    onSettled: (data, error) => {
      const wrong = annotationError(t, error, data?.createAnnotation?.userErrors[0]?.code);
      setFailure(wrong);
      if (wrong) return;
      onDone();
      onClose();
    },
  });
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    creation.mutate({ input: { days: chosen, text, departmentId } });
  };
  const departments = answer?.data.departments?.nodes ?? [];
  const range = { type: "date", required: true, min: limits.firstDay, max: limits.lastDay } as const;
  return (
    <Modal opened onClose={onClose} title={t.annotations.addTitle} closeButtonProps={{ "aria-label": t.states.close }}>
      <form onSubmit={save}>
        <Stack gap="sm">
          <TextInput
            data-autofocus
            required
            label={t.annotations.text}
            description={t.annotations.textHint}
            maxLength={MAX_LENGTH}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
          <Group grow>
            <TextInput
              {...range}
              label={t.annotations.from}
              value={chosen.from}
              onChange={({ currentTarget: { value } }) =>
                setChosen(({ to }) => ({ from: value, to: value > to ? value : to }))
              }
            />
            <TextInput
              {...range}
              label={t.annotations.to}
              value={chosen.to}
              onChange={({ currentTarget: { value } }) => setChosen(({ from }) => ({ from, to: value }))}
            />
          </Group>
          {departments.length > 1 && (
            <Select
              label={t.annotations.department}
              placeholder={t.annotations.everyone}
              clearable
              value={departmentId}
              onChange={setDepartmentId}
              data={departments.map(({ id, name }) => ({ value: id, label: name }))}
            />
          )}
          {failure && (
            <Text role="alert" size="sm" c="var(--bad)">
              {failure}
            </Text>
          )}
          <Group justify="end">
            <Button type="submit" loading={creation.isPending}>
              {t.annotations.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
