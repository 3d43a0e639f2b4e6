import { UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { ComponentProps } from "react";
import classes from "./FilterBar.module.css";

type Props = ComponentProps<"button"> & { label: string; value: string; active?: boolean; wide?: boolean };

/** The button that opens a filter, with the filter's name and value. */
export function FilterButton({ label, value, active = false, wide = false, className = "", ...button }: Props) {
  return (
    <UnstyledButton
      className={`${classes.button} ${className}`}
      data-active={active || undefined}
      data-wide={wide || undefined}
      aria-haspopup="dialog"
      {...button}
    >
      <span className={classes.label}>{label}</span>
      <span className={classes.value}>{value}</span>
      <IconChevronDown size={16} stroke={1.6} aria-hidden="true" className={classes.chevron} />
    </UnstyledButton>
  );
}
