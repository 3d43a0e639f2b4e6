import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { createClient } from "../../api/client";
import { ViewerDocument, type ViewerQuery } from "../../api/generated/operations";
import { useTexts } from "../../i18n/I18nProvider";
import type { Stay } from "./sessionStore";
import { endOf, idOf, personOf } from "./token";

type Known = NonNullable<ViewerQuery["viewer"]>;

type Props = {
  stay: Stay;
  link: string;
  onSame: (token: string) => void;
  onOther: (token: string) => void;
  onStay: () => void;
};

/** Whose a token is, as the API says; null for a bad one, or when there is no answer. */
async function viewerOf(token: string, over: AbortSignal): Promise<Known | null> {
  const client = createClient({ person: personOf(token), token, over }, () => undefined);
  return (await client.query(ViewerDocument, {}).toPromise()).data?.viewer ?? null;
}

/** A link that was opened while somebody is signed in: before it makes another person of them they are asked. */
export function LinkQuestion({ stay, link, onSame, onOther, onStay }: Props) {
  const { t } = useTexts();
  const [people, setPeople] = useState<{ now: Known | null; then: Known | null }>();
  useEffect(() => {
    const unmounted = new AbortController();
    const over = AbortSignal.any([unmounted.signal, stay.over]);
    void Promise.all([viewerOf(stay.token, over), viewerOf(link, over)]).then(([now, then]) => {
      if (over.aborted) return;
      if (then === null || personOf(link) !== stay.person) setPeople({ now, then });
      else if ((endOf(link) ?? Infinity) > (endOf(stay.token) ?? Infinity)) onSame(link);
      else onStay();
    });
    return () => unmounted.abort();
  }, [stay, link, onSame, onStay]);
  if (people === undefined) return null;

  const { now, then } = people;
  const mine = now?.name ?? idOf(stay.token);
  const theirs = then?.name ?? idOf(link);
  const described = (name: string, one: Known | null) =>
    [name, one && t.person.roles[one.role], one?.email].filter(Boolean).join(" · ");
  return (
    <Modal opened onClose={onStay} title={then ? t.link.title : t.link.invalid} withCloseButton={false}>
      <Stack>
        {then ? (
          <>
            <Text>{t.link.now(described(mine, now))}</Text>
            <Text>{t.link.then(described(theirs, then))}</Text>
          </>
        ) : (
          <Text>{t.link.invalidAbout(mine)}</Text>
        )}
        <Group justify="end">
          {then && (
            <Button variant="default" onClick={() => onOther(link)}>
              {t.link.change(theirs)}
            </Button>
          )}
          <Button data-autofocus onClick={onStay}>
            {t.link.stay(mine)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
