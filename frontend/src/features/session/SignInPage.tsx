import { Anchor, Avatar, Button, Paper, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";
import { Logo } from "../../components/Logo";
import { useI18n } from "../../i18n/I18nProvider";
import { isFramed } from "./parentMessaging";
import { fetchDemoToken, type DemoPerson, type SignInOptions } from "./signInOptions";
import classes from "./SignInPage.module.css";
import type { SignedOutReason } from "./types";

type Props = { reason: SignedOutReason; options: SignInOptions; onToken: (token: string) => void };

/** The page of a reader without a token: the demo's people to choose from, or where to get a token. */
export function SignInPage({ reason, options, onToken }: Props) {
  const { t, language, setLanguage } = useI18n();
  const isDemo = options.people.length > 0 && !isFramed; // in a frame the platform says who reads
  const start = isDemo
    ? { title: t.signIn.title, about: t.signIn.about }
    : { title: t.signIn.missing, about: t.signIn.missingAbout };
  const { title, about } = {
    missing: isFramed ? { title: t.signIn.waiting, about: null } : start,
    signedOut: isDemo || isFramed ? start : { title: t.signIn.left, about: t.signIn.leftAbout },
    expired: { title: t.signIn.ended, about: t.signIn.endedAbout },
    invalid: { title: t.signIn.invalid, about: t.signIn.invalidAbout },
  }[reason];
  useDocumentTitle(t.titled(title));
  const otherLanguage = language === "es" ? "en" : "es";
  return (
    <main className={classes.page}>
      <Stack gap="xl" className={classes.column}>
        <Logo large />
        <Stack gap="xs">
          <Title order={1} className={classes.title}>
            {title}
          </Title>
          {about && <Text c="dimmed">{about}</Text>}
        </Stack>
        {isDemo && <DemoPeople people={options.people} onToken={onToken} />}
        <Anchor
          component="button"
          type="button"
          size="sm"
          c="dimmed"
          ta="start"
          onClick={() => setLanguage(otherLanguage)}
        >
          {otherLanguage === "en" ? "English" : "Español"}
        </Anchor>
      </Stack>
    </main>
  );
}

function DemoPeople({ people, onToken }: { people: DemoPerson[]; onToken: (token: string) => void }) {
  const { t } = useI18n();
  const [failed, setFailed] = useState(false);
  const signInAs = (person: DemoPerson) => fetchDemoToken(person.id).then(onToken, () => setFailed(true));
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
              onClick={() => void signInAs(person)}
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
