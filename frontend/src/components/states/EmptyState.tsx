import { Button, Loader, Text, Title } from "@mantine/core";
import { IconCloudOff, IconHourglass, IconInbox, IconLock, IconMoodPuzzled, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Trouble } from "../../api/errors";
import { useTexts } from "../../i18n/I18nProvider";
import classes from "./states.module.css";

type StateProps = { title: string; about?: string; icon?: Icon; detail?: string; children?: ReactNode };

/** A page or part that has nothing to show, and says why and what one can do. */
export function State({ title, about, icon: Icon = IconInbox, detail, children }: StateProps) {
  return (
    <div className={classes.state} role="status">
      <Icon size={36} stroke={1.25} aria-hidden="true" />
      <Title order={2} className={classes.title}>
        {title}
      </Title>
      {about && <Text c="dimmed">{about}</Text>}
      {detail && (
        <Text size="sm" className={classes.detail} lang="en">
          {detail}
        </Text>
      )}
      {children}
    </div>
  );
}

export function Loading() {
  const { t } = useTexts();
  return (
    <div className={classes.state} role="status" aria-label={t.states.loading}>
      <Loader type="dots" />
    </div>
  );
}

/** A state for what went wrong, with what can be done about it. */
export function TroubleState({ kind, message, retry }: { kind: Trouble; message: string; retry: () => void }) {
  const { t } = useTexts();
  const { title, about, icon, detail } = {
    offline: { title: t.states.offline, about: t.states.offlineAbout, icon: IconCloudOff, detail: undefined },
    forbidden: { title: t.states.forbidden, about: t.states.forbiddenAbout, icon: IconLock, detail: undefined },
    refused: { title: t.states.refused, about: undefined, icon: IconMoodPuzzled, detail: message },
    busy: { title: t.states.busy, about: t.states.busyAbout, icon: IconHourglass, detail: undefined },
    building: { title: t.states.building, about: t.states.buildingAbout, icon: IconHourglass, detail: undefined },
    slow: { title: t.states.slow, about: t.states.slowAbout, icon: IconHourglass, detail: undefined },
    tooMuch: { title: t.states.tooMuch, about: t.states.tooMuchAbout, icon: IconHourglass, detail: undefined },
    failed: { title: t.states.failed, about: t.states.failedAbout, icon: IconMoodPuzzled, detail: undefined },
  }[kind];
  return (
    <State title={title} icon={icon} {...(about && { about })} {...(detail && { detail })}>
      {kind !== "forbidden" && (
        <Button variant="light" onClick={retry}>
          {t.states.retry}
        </Button>
      )}
    </State>
  );
}
