import { Button, Modal } from "@mantine/core";
import { lazy, Suspense, useLayoutEffect, useRef, useState } from "react";
import type { CampaignAnalyticsFilter } from "../../../api/generated/operations";
import { EmptyState } from "../../../components/states/EmptyState";
import { useI18n } from "../../../i18n/I18nProvider";
import { closeMessages, useMessageSet } from "./number/useMessageSet";

const MessagesDrawer = lazy(() =>
  import("./drawer/MessagesDrawer").then(
    ({ MessagesDrawer }) => ({ default: MessagesDrawer }),
    () => ({ default: FailedDrawer }),
  ),
);

/** The drawer of the messages that the page's address names, which is loaded when it is first opened. */
export function MessagesHost({ filter }: { filter: CampaignAnalyticsFilter }) {
  const set = useMessageSet();
  const [shown, setShown] = useState(set); // stays while the drawer slides away
  if (set && set !== shown) setShown(set);
  useFocusReturn(set !== undefined);
  if (!shown) return null;
  return (
    <Suspense fallback={null}>
      <MessagesDrawer set={shown} opened={set !== undefined} filter={filter} onClose={closeMessages} />
    </Suspense>
  );
}

/** Give the focus back to what had it before something opened; to the page's content, where that is gone. */
function useFocusReturn(isOpen: boolean) {
  const opener = useRef<Element | null>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (isOpen === wasOpen.current) return;
    wasOpen.current = isOpen;
    if (isOpen) {
      opener.current = document.activeElement;
      return;
    }
    const { current } = opener;
    const target =
      current instanceof HTMLElement && current.isConnected && current !== document.body
        ? current
        : document.getElementById("content");
    target?.focus({ preventScroll: true });
  }, [isOpen]);
}

type Props = { opened: boolean; onClose: () => void };

/** What is shown where the drawer's own script cannot be loaded. */
function FailedDrawer({ opened, onClose }: Props) {
  const { t } = useI18n();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      returnFocus={false}
      aria-label={t.messages.failed}
      closeButtonProps={{ "aria-label": t.states.close }}
    >
      <EmptyState title={t.messages.failed} about={t.messages.failedAbout}>
        <Button variant="light" onClick={() => location.reload()}>
          {t.messages.reload}
        </Button>
      </EmptyState>
    </Modal>
  );
}
