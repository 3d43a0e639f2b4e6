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
import { IconDatabaseSearch, IconLogout } from "@tabler/icons-react";
import { useSession } from "../../features/session/SessionProvider";
import { useViewer } from "../../features/session/ViewerProvider";
import { useI18n } from "../../i18n/I18nProvider";
import { newTabHandlers } from "../../lib/newTab";
import classes from "./UserMenu.module.css";

/** The reader's name, role and departments, their language and color scheme, and the way to sign out. */
export function UserMenu() {
  const { t, format, language, setLanguage } = useI18n();
  const { viewer } = useViewer();
  const { signOut } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = viewer.name ?? viewer.id;
  const departments = viewer.departments;
  const access = !departments
    ? t.person.sees
    : departments.length > 0
      ? t.person.seesOnly(format.list(departments.map((department) => department.name)))
      : t.person.seesNone;
  return (
    <Popover position="bottom-end" width={312} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.button}>
          <VisuallyHidden>{t.person.menu}</VisuallyHidden>
          <Avatar name={name} color="petrol" size={34} radius="xl" aria-hidden="true" />
          <span className={classes.name}>
            <span>{name}</span>
            <span>{t.person.roles[viewer.role]}</span>
          </span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.menu}>
        <div className={classes.identity}>
          <Text fw={600}>{name}</Text>
          {viewer.email && <Text size="sm">{viewer.email}</Text>}
          <Text size="sm">
            {t.person.roles[viewer.role]} · {access}
          </Text>
        </div>
        <Choice
          name={t.person.languages}
          value={language}
          onChange={setLanguage}
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
        {viewer.role !== "SUPERVISOR" && (
          <Button
            component="a"
            href="/graphiql"
            variant="subtle"
            fullWidth
            leftSection={<IconDatabaseSearch size={16} />}
            {...newTabHandlers}
          >
            {t.nav.api}
          </Button>
        )}
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
