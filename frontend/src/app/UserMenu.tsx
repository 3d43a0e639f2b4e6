import {
  Avatar,
  Button,
  Popover,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { useSession } from "../features/session/SessionProvider";
import { useViewer } from "../features/session/ViewerProvider";
import { useTexts } from "../i18n/I18nProvider";
import classes from "./Shell.module.css";

/** Who is signed in, what they see, and how they like to see it. */
export function Person() {
  const { t, f, language, speak } = useTexts();
  const { viewer } = useViewer();
  const { signOut } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = viewer.name ?? viewer.id;
  const departments = viewer.departments;
  const sees = !departments
    ? t.person.sees
    : departments.length > 0
      ? t.person.seesOnly(f.list(departments.map((one) => one.name)))
      : t.person.seesNone;
  return (
    <Popover position="bottom-end" width={312} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.person}>
          <VisuallyHidden>{t.person.menu}</VisuallyHidden>
          <Avatar name={name} color="petrol" size={34} radius="xl" aria-hidden="true" />
          <span className={classes.who}>
            <span>{name}</span>
            <span>{t.person.roles[viewer.role]}</span>
          </span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.account}>
        <div className={classes.seen}>
          <Text fw={600}>{name}</Text>
          {viewer.email && <Text size="sm">{viewer.email}</Text>}
          <Text size="sm">
            {t.person.roles[viewer.role]} · {sees}
          </Text>
        </div>
        <Choice
          name={t.person.languages}
          value={language}
          onChange={speak}
          options={[
            { value: "es", label: "Español" },
            { value: "en", label: "English" },
          ]}
        />
        <Choice
          name={t.person.appearance}
          value={colorScheme}
          onChange={setColorScheme}
          options={[
            { value: "auto", label: t.person.auto },
            { value: "light", label: t.person.light },
            { value: "dark", label: t.person.dark },
          ]}
        />
        <Button variant="default" fullWidth leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t.person.signOut}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

type ChoiceProps<Value extends string> = {
  name: string;
  value: Value;
  onChange: (value: Value) => void;
  options: { value: Value; label: string }[];
};

function Choice<Value extends string>({ name, value, onChange, options }: ChoiceProps<Value>) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4} aria-hidden="true">
        {name}
      </Text>
      <SegmentedControl fullWidth size="xs" aria-label={name} value={value} onChange={onChange} data={options} />
    </div>
  );
}
