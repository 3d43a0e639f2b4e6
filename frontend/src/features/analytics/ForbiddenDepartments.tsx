import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { EmptyState } from "../../components/states/EmptyState";
import { useI18n } from "../../i18n/I18nProvider";

/** The state of a supervisor who opened a link that names a department of others. */
export function ForbiddenDepartments({ onDrop }: { onDrop: () => void }) {
  const { t } = useI18n();
  return (
    <EmptyState icon={IconLock} title={t.states.notYours} about={t.states.notYoursAbout}>
      <Button variant="light" onClick={onDrop}>
        {t.states.notYoursAction}
      </Button>
    </EmptyState>
  );
}
