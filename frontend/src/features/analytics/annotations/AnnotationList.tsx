import { ActionIcon, Button, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconPlus, IconTrash } from "@tabler/icons-react";
import { useId, useState } from "react";
import { DeleteAnnotationDocument, type AnnotationFragment } from "../../../api/generated/operations";
import { useApiMutation } from "../../../api/useApiMutation";
import { useToasts } from "../../../components/toasts/ToastProvider";
import { useI18n } from "../../../i18n/I18nProvider";
import type { Days } from "../../../lib/dates/days";
import { useViewer } from "../../session/ViewerProvider";
import { annotationDays, annotationText } from "./annotationText";
import classes from "./Annotations.module.css";
import { NewAnnotation } from "./NewAnnotation";
import type { Annotations } from "./useAnnotations";
import { annotationError } from "./annotationError";

type Props = { annotations: Annotations; days: Days };

/** What happened in the period, on demand, beneath its chart; and the button to write something down. */
export function AnnotationList({ annotations, days }: Props) {
  const { t, format } = useI18n();
  const { viewer } = useViewer();
  const [isOpen, setIsOpen] = useState(false);
  const [isWriting, setIsWriting] = useState(false);
  const list = useId();
  const { all, total, isKnown, error, refetch } = annotations;
  const mayWrite = viewer.role !== "SUPERVISOR";
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  if (!isKnown && !error) return null;
  if (total === 0 && !mayWrite && !error) return null;
  return (
    <div className={classes.annotations}>
      <div className={classes.controls}>
        {!isKnown && <span>{t.annotations.failed}</span>}
        {total > 0 && (
          <UnstyledButton
            className={classes.toggle}
            aria-expanded={isOpen}
            aria-controls={list}
            onClick={() => setIsOpen(!isOpen)}
          >
            <Chevron size={14} />
            {t.annotations.show(total, format.count(total))}
          </UnstyledButton>
        )}
        {mayWrite && (
          <Button
            className={classes.add}
            variant="subtle"
            color="gray"
            size="compact-xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => setIsWriting(true)}
          >
            {t.annotations.add}
          </Button>
        )}
      </div>
      {isOpen && (
        <ul id={list} className={classes.list} aria-label={t.annotations.title} tabIndex={0}>
          {all.map((annotation) => (
            <li key={annotation.id}>
              <span className={classes.days}>{annotationDays(format, annotation)}</span>
              <span>{annotationText(t, format, annotation)}</span>
              {annotation.deletable && <DeleteButton annotation={annotation} onDone={refetch} />}
            </li>
          ))}
          {total > all.length && <li>{t.annotations.cut(format.count(all.length))}</li>}
        </ul>
      )}
      {isWriting && <NewAnnotation days={days} onClose={() => setIsWriting(false)} onDone={refetch} />}
    </div>
  );
}

function DeleteButton({ annotation, onDone }: { annotation: AnnotationFragment; onDone: () => void }) {
  const { t } = useI18n();
  const toasts = useToasts();
  const deletion = useApiMutation(DeleteAnnotationDocument, {
    onSettled: (data, error) => {
      const failure = annotationError(t, error, data?.deleteAnnotation?.userErrors[0]?.code);
      if (failure) toasts.show({ id: "annotation", text: failure, isBad: true });
      onDone();
    },
  });
  const label = t.annotations.remove(annotation.text ?? "");
  return (
    <ActionIcon
      className={classes.remove}
      variant="subtle"
      color="gray"
      size="sm"
      title={label}
      aria-label={label}
      loading={deletion.isPending}
      onClick={() => deletion.mutate({ input: { id: annotation.id } })}
    >
      <IconTrash size={14} />
    </ActionIcon>
  );
}
