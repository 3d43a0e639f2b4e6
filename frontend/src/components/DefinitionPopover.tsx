import { Popover, Text, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import { definitions } from "../api/generated/definitions";
import { useI18n } from "../i18n/I18nProvider";
import type { DefinedField } from "../i18n/definitions.es";
import affordance from "./affordance.module.css";

type Props = {
  field: DefinedField;
  name: string;
  children: ReactNode;
  className?: string;
  label?: string;
  /** A sentence after the description. */
  about?: string | undefined;
};

/** A number or name that explains itself when clicked, by the schema's description of a field. */
export function DefinitionPopover({ field, name, children, className, label, about }: Props) {
  const { t } = useI18n();
  return (
    <Popover width={280} shadow="md" withArrow position="bottom-start" withinPortal>
      <Popover.Target>
        <UnstyledButton
          className={`${affordance.explains} ${className ?? ""}`}
          title={t.definitions[definitions[field]]}
          aria-label={label}
        >
          {children}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" fw={600} mb={2}>
          {name}
        </Text>
        <Text size="sm">{t.definitions[definitions[field]]}</Text>
        {about && (
          <Text size="sm" mt="xs">
            {about}
          </Text>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
