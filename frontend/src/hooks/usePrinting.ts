import { useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { isPrinting, listenToPrinting } from "../lib/printing";

/** Return whether the page is being printed. What depends on it is on the page before the browser takes it. */
export const usePrinting = (): boolean => useSyncExternalStore(listenNow, isPrinting);

const listenNow = (listener: () => void) => listenToPrinting(() => flushSync(listener));
