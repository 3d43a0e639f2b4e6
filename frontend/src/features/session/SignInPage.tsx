import { Anchor, Avatar, Button, Paper, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";
import { Brand } from "../../components/Logo";
import { useTexts } from "../../i18n/I18nProvider";
import { framed } from "./parentMessaging";
import classes from "./SignInPage.module.css";
import type { Absence } from "./sessionStore";
import { signInAs, type DemoPerson, type Ways } from "./signInOptions";

type Props = { absence: Absence; ways: Ways; onToken: (token: string) => void };

/** The page of someone without a token: the demo's people to choose from, or a word about where to come from. */
export function SignIn({ absence, ways, onToken }: Props) {
  const { t, language, speak } = useTexts();
  const demo = ways.people.length > 0 && !framed; // there the platform says who reads
  const entry = demo
    ? { title: t.signIn.title, about: t.signIn.about }
    : { title: t.signIn.missing, about: t.signIn.missingAbout };
  const { title, about } = {
    missing: framed ? { title: t.signIn.waiting, about: null } : entry,
    left: entry,
    ended: { title: t.signIn.ended, about: t.signIn.endedAbout },
    invalid: { title: t.signIn.invalid, about: t.signIn.invalidAbout },
  }[absence];
  useDocumentTitle(t.titled(title));
  const other = language === "es" ? "en" : "es";
  return (
    <main className={classes.page}>
      <Stack gap="xl" className={classes.column}>
        <Brand large />
        <Stack gap="xs">
          <Title order={1} className={classes.title}>
            {title}
          </Title>
          {about && <Text c="dimmed">{about}</Text>}
        </Stack>
        {demo && <People people={ways.people} onToken={onToken} />}
        <Anchor component="button" type="button" size="sm" c="dimmed" ta="start" onClick={() => speak(other)}>
          {other === "en" ? "English" : "Español"}
        </Anchor>
      </Stack>
    </main>
  );
}

function People({ people, onToken }: { people: DemoPerson[]; onToken: (token: string) => void }) {
  const { t } = useTexts();
  const [failed, setFailed] = useState(false);
  const enter = (person: DemoPerson) => signInAs(person.id).then(onToken, () => setFailed(true));
  return (
    <Stack gap="sm">
      <Paper withBorder component="ul" className={classes.people}>
        {people.map((person) => (
          <li key={person.id}>
            <Button
              variant="subtle"
              color="gray"
              fullWidth
              className={classes.person}
              leftSection={<Avatar name={person.name} color="petrol" radius="xl" aria-hidden="true" />}
              onClick={() => void enter(person)}
            >
              <VisuallyHidden>{t.signIn.enter}</VisuallyHidden>
              <span className={classes.name}>{person.name}</span>
              <span className={classes.role}>{t.signIn.roles[person.role] ?? person.role}</span>
            </Button>
          </li>
        ))}
      </Paper>
      {failed && (
        <Text role="alert" c="var(--bad)" size="sm">
          {t.signIn.failed}
        </Text>
      )}
    </Stack>
  );
}
