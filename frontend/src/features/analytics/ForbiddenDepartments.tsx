import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { State } from "../../components/states/EmptyState";
import { useTexts } from "../../i18n/I18nProvider";

/** A supervisor was sent a link that names a department of others. */
export function NotYours({ onDrop }: { onDrop: () => void }) {
  const { t } = useTexts();
  return (
    <State icon={IconLock} title={t.states.notYours} about={t.states.notYoursAbout}>
      <Button variant="light" onClick={onDrop}>
        {t.states.notYoursAction}
      </Button>
    </State>
  );
}
