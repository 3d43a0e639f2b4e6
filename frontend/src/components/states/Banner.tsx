import { Alert, Button } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import classes from "./states.module.css";

type Props = { text: string; action: string; onAction: () => void };

/** A warning above content that stays on show. */
export function Banner({ text, action, onAction }: Props) {
  return (
    <Alert role="alert" color="orange" variant="light" icon={<IconCloudOff size={20} />} className={classes.banner}>
      <div className={classes.message}>
        <span>{text}</span>
        <Button variant="subtle" color="orange" size="compact-sm" onClick={onAction}>
          {action}
        </Button>
      </div>
    </Alert>
  );
}
