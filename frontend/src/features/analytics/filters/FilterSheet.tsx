import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useI18n } from "../../../i18n/I18nProvider";
import classes from "./FilterBar.module.css";

type Props = { opened: boolean; onClose: () => void; children: ReactNode };

const CLASS_NAMES = { content: classes.sheet ?? "", body: classes.sheetBody ?? "" };

/** The filters but the days on a phone, in a sheet at the bottom of the screen. */
export function FilterSheet({ opened, onClose, children }: Props) {
  const { t } = useI18n();
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="bottom"
      size="23rem"
      title={t.filters.label}
      classNames={CLASS_NAMES}
      lockScroll={false} // it writes a style that the service's policy does not admit
      closeButtonProps={{ "aria-label": t.states.close }}
    >
      {children}
    </Drawer>
  );
}
