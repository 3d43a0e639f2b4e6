import { Alert, Button } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import classes from "./states.module.css";

type Props = { text: string; action?: string; onAction?: () => void };

/** A word above what is shown, which stays. */
export function Notice({ text, action, onAction }: Props) {
  return (
    <Alert role="alert" color="orange" variant="light" icon={<IconCloudOff size={20} />} className={classes.notice}>
      <div className={classes.said}>
        <span>{text}</span>
        {action && (
          <Button variant="subtle" color="orange" size="compact-sm" onClick={onAction}>
            {action}
          </Button>
        )}
      </div>
    </Alert>
  );
}
