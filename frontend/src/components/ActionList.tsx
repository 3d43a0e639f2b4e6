import { Button, Popover, Stack, Text } from "@mantine/core";
import { IconCheck, type Icon } from "@tabler/icons-react";
import { useState, type ReactElement } from "react";

type Action = {
  label: string;
  icon?: Icon;
  onClick: () => void;
  /** Of choices: true of the one that holds. */
  isChosen?: boolean;
};

type Props = {
  /** The name of the list. */
  label: string;
  actions: Action[];
  /** A line beneath the actions, read out when it changes. */
  status?: string | undefined;
  onOpen?: () => void;
  /** True if the list closes when an action is chosen. */
  closes?: boolean;
  /** The button that opens the list; it is given what to do. */
  children: (toggle: () => void) => ReactElement;
};

/** A short list of actions that a button opens. */
export function ActionList({ label, actions, status, onOpen, closes = false, children }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const change = (opens: boolean) => {
    if (opens) onOpen?.();
    setIsOpen(opens);
  };
  return (
    <Popover opened={isOpen} onChange={change} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>{children(() => change(!isOpen))}</Popover.Target>
      <Popover.Dropdown p={6} aria-label={label}>
        <Stack gap={2}>
          {actions.map(({ label: name, icon: Icon, onClick, isChosen }) => (
            <Button
              key={name}
              variant="subtle"
              color="gray"
              size="compact-md"
              fw={400}
              c="var(--ink)"
              justify="start"
              leftSection={Icon && <Icon size={16} stroke={1.6} />}
              rightSection={isChosen && <IconCheck size={14} aria-hidden="true" />}
              aria-pressed={isChosen}
              onClick={() => {
                onClick();
                if (closes) setIsOpen(false);
              }}
            >
              {name}
            </Button>
          ))}
          {status !== undefined && (
            <Text role="status" size="xs" c="var(--quiet)" px={8} py={4}>
              {status}
            </Text>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
