import { Popover, Text, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import { definitions } from "../api/generated/definitions";
import { useTexts } from "../i18n/I18nProvider";
import type { Shown } from "../i18n/definitions.es";
import classes from "./DefinitionPopover.module.css";

type Props = { of: Shown; name: string; children: ReactNode; className?: string; label?: string };

/** A number or name that says, when clicked, what it means in the API's own words. */
export function Defined({ of, name, children, className, label }: Props) {
  const { t } = useTexts();
  return (
    <Popover width={280} shadow="md" withArrow position="bottom-start" withinPortal>
      <Popover.Target>
        <UnstyledButton
          className={`${classes.defined} ${className ?? ""}`}
          title={t.states.what(name)}
          aria-label={label}
        >
          {children}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" fw={600} mb={2}>
          {name}
        </Text>
        <Text size="sm">{t.definitions[definitions[of]]}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}
