import { Button } from "@mantine/core";
import { IconCloudOff, IconHourglass, IconLock, IconMoodPuzzled, type Icon } from "@tabler/icons-react";
import type { ApiError, ErrorKind } from "../../api/errors";
import { useI18n } from "../../i18n/I18nProvider";
import { EmptyState } from "./EmptyState";

const ICONS: Record<ErrorKind, Icon> = {
  offline: IconCloudOff,
  forbidden: IconLock,
  refused: IconMoodPuzzled,
  busy: IconHourglass,
  unavailable: IconHourglass,
  slow: IconHourglass,
  tooMuch: IconHourglass,
  failed: IconMoodPuzzled,
};

/** A page or part that could not be loaded: what went wrong, and what the reader can do about it. */
export function ErrorState({ error: { kind, message, reason }, retry }: { error: ApiError; retry: () => void }) {
  const { t } = useI18n();
  if (reason === "TOO_MANY_MESSAGES")
    return <EmptyState title={t.states.tooMany} about={t.states.tooManyAbout} icon={ICONS.slow} />;
  const isRefused = kind === "refused"; // only the API's own message says what it did not accept
  return (
    <EmptyState
      title={t.states[kind]}
      about={isRefused ? undefined : t.states[`${kind}About`]}
      icon={ICONS[kind]}
      detail={isRefused ? message : undefined}
    >
      {kind !== "forbidden" && (
        <Button variant="light" onClick={retry}>
          {t.states.retry}
        </Button>
      )}
    </EmptyState>
  );
}
