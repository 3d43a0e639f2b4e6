import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { createApi } from "../../api/client";
import { ViewerDocument, type ViewerQuery } from "../../api/generated/operations";
import { useI18n } from "../../i18n/I18nProvider";
import { tokenExpiry, tokenSubject, tokenUserId } from "../../lib/token";
import type { UserSession } from "./types";

type Viewer = NonNullable<ViewerQuery["viewer"]>;

type Props = {
  session: UserSession;
  linkToken: string;
  onSamePerson: (token: string) => void;
  onSwitch: (token: string) => void;
  onStay: () => void;
};

/** Ask the API whose a token is; null for an invalid one, or when there is no answer. */
async function fetchViewer(token: string, ended: AbortSignal): Promise<Viewer | null> {
  const api = createApi({ token, ended }, () => undefined);
  return api.request(ViewerDocument, {}).then(
    ({ viewer }) => viewer,
    () => null,
  );
}

/** Before a link signs in another person than the one who is signed in, ask that one. */
export function SwitchUserDialog({ session, linkToken, onSamePerson, onSwitch, onStay }: Props) {
  const { t } = useI18n();
  const [viewers, setViewers] = useState<{ current: Viewer | null; linked: Viewer | null }>();
  useEffect(() => {
    const unmounted = new AbortController();
    const ended = AbortSignal.any([unmounted.signal, session.ended]);
    void Promise.all([fetchViewer(session.token, ended), fetchViewer(linkToken, ended)]).then(([current, linked]) => {
      if (ended.aborted) return;
      const isNewer = (tokenExpiry(linkToken) ?? Infinity) > (tokenExpiry(session.token) ?? Infinity);
      if (linked === null || tokenSubject(linkToken) !== session.person) setViewers({ current, linked });
      else if (isNewer) onSamePerson(linkToken);
      else onStay();
    });
    return () => unmounted.abort();
  }, [session, linkToken, onSamePerson, onStay]);
  if (viewers === undefined) return null;

  const { current, linked } = viewers;
  const currentName = current?.name ?? tokenUserId(session.token);
  const linkedName = linked?.name ?? tokenUserId(linkToken);
  const describe = (name: string, viewer: Viewer | null) =>
    [name, viewer && t.person.roles[viewer.role], viewer?.email].filter(Boolean).join(" · ");
  return (
    <Modal opened onClose={onStay} title={linked ? t.link.title : t.link.invalid} withCloseButton={false}>
      <Stack>
        {linked ? (
          <>
            <Text>{t.link.now(describe(currentName, current))}</Text>
            <Text>{t.link.then(describe(linkedName, linked))}</Text>
          </>
        ) : (
          <Text>{t.link.invalidAbout(currentName)}</Text>
        )}
        <Group justify="end">
          {linked && (
            <Button variant="default" onClick={() => onSwitch(linkToken)}>
              {t.link.change(linkedName)}
            </Button>
          )}
          <Button data-autofocus onClick={onStay}>
            {t.link.stay(currentName)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
