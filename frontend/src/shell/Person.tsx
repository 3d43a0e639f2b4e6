import {
  Avatar,
  Menu,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { useSession } from "../session/Session";
import { useViewer } from "../session/Viewer";
import { useTexts } from "../texts";
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
    <Menu position="bottom-end" width={290} closeOnItemClick={false}>
      <Menu.Target>
        <UnstyledButton className={classes.person}>
          <VisuallyHidden>{t.person.menu}</VisuallyHidden>
          <Avatar name={name} color="petrol" size={34} radius="xl" aria-hidden="true" />
          <span className={classes.who}>
            <span>{name}</span>
            <span>{t.person.roles[viewer.role]}</span>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.about}>
          <Text fw={600}>{name}</Text>
          {viewer.email && <Text size="sm">{viewer.email}</Text>}
          <Text size="sm">
            {t.person.roles[viewer.role]} · {sees}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Label>{t.person.languages}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t.person.languages}
          value={language}
          onChange={(chosen) => speak(chosen)}
          data={[
            { value: "es", label: "Español" },
            { value: "en", label: "English" },
          ]}
        />
        <Menu.Label>{t.person.appearance}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t.person.appearance}
          value={colorScheme}
          onChange={(chosen) => setColorScheme(chosen)}
          data={[
            { value: "auto", label: t.person.auto },
            { value: "light", label: t.person.light },
            { value: "dark", label: t.person.dark },
          ]}
        />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t.person.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
