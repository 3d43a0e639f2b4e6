import { Alert, Button } from "@mantine/core";
import { IconCloudOff, IconInfoCircle } from "@tabler/icons-react";
import classes from "./states.module.css";

type Props = {
  text: string;
  action: string;
  onAction: () => void;
  /** True where nothing is wrong. */
  isNews?: boolean;
};

/** A warning, or a piece of news, above content that stays on show. */
export function Banner({ text, action, onAction, isNews = false }: Props) {
  const Icon = isNews ? IconInfoCircle : IconCloudOff;
  const color = isNews ? "petrol" : "orange";
  return (
    <Alert
      role={isNews ? "status" : "alert"}
      color={color}
      variant="light"
      icon={<Icon size={20} />}
      className={classes.banner}
    >
      <div className={classes.message}>
        <span>{text}</span>
        <Button className="no-print" variant="subtle" color={color} size="compact-sm" onClick={onAction}>
          {action}
        </Button>
      </div>
    </Alert>
  );
}
