import { Text, Title } from "@mantine/core";
import { IconInbox, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./states.module.css";

type Props = {
  title: string;
  about?: string | undefined;
  icon?: Icon;
  detail?: string | undefined;
  children?: ReactNode;
};

/** A page or part with nothing to show: why, and what the reader can do about it. */
export function EmptyState({ title, about, icon: Icon = IconInbox, detail, children }: Props) {
  return (
    <div className={classes.state} role="status">
      <Icon size={36} stroke={1.25} aria-hidden="true" />
      <Title order={2} className={classes.title}>
        {title}
      </Title>
      {about && <Text c="dimmed">{about}</Text>}
      {detail && (
        <Text size="sm" className={classes.detail} lang="en">
          {detail}
        </Text>
      )}
      {children}
    </div>
  );
}
