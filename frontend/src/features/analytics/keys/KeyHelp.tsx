import { Kbd, Modal, Switch } from "@mantine/core";
import { useI18n } from "../../../i18n/I18nProvider";
import classes from "./KeyHelp.module.css";

const KEYS = [
  ["D", "day"],
  ["W", "week"],
  ["M", "month"],
  ["ArrowLeft", "back"],
  ["ArrowRight", "forward"],
  ["/", "filters"],
  ["Backspace", "undo"],
  ["?", "help"],
] as const;

type Props = { isOpen: boolean; isUsed: boolean; onUse: (isUsed: boolean) => void; onClose: () => void };

/** The list of the view's keys, and the switch that turns them off: they are in the way of who speaks to the computer. */
export function KeyHelp({ isOpen, isUsed, onUse, onClose }: Props) {
  const { t } = useI18n();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      size="sm"
      title={t.keys.title}
      closeButtonProps={{ "aria-label": t.states.close }}
    >
      <dl className={classes.keys}>
        {KEYS.map(([key, name]) => (
          <div key={key}>
            <dt>{t.keys[name]}</dt>
            <dd>
              <Kbd>{t.keys.names[key] ?? key}</Kbd>
            </dd>
          </div>
        ))}
      </dl>
      <Switch label={t.keys.use} checked={isUsed} onChange={(event) => onUse(event.currentTarget.checked)} />
    </Modal>
  );
}
