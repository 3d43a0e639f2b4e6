import { useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { isPreparing, isPrinting, listenToPrinting } from "../lib/printing";

/** Return whether the page is being printed. What depends on it is on the page before the browser takes it. */
export const usePrinting = (): boolean => useSyncExternalStore(listenNow, isPrinting);

/** Return whether somebody asked for paper by the key, until it is printed: there is time to load what paper needs. */
export const usePrintPreparing = (): boolean => useSyncExternalStore(listenNow, isPreparing);

const listenNow = (listener: () => void) => listenToPrinting(() => flushSync(listener));
