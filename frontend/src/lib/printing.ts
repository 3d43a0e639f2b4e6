/** The page on paper: it must be laid out before the browser takes it, and paper is light. */

const listeners = new Set<() => void>();
let isOnPaper = false;
let isAskedFor = false;

/** Call `listener` when printing begins or ends; returns the function that stops it. */
export function listenToPrinting(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const isPrinting = (): boolean => isOnPaper;

/** Return whether the key for printing was pressed: what paper needs besides the screen is asked for until it is printed. */
export const isPreparing = (): boolean => isAskedFor;

const MAX_WAIT = 8_000; // milliseconds, after which the page is printed as it is
const LOOK_INTERVAL = 50; // milliseconds

const isPrintKey = ({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === "p" && (ctrlKey || metaKey) && !shiftKey && !altKey;

/**
 * Let the key for printing bring what paper needs first, and print as soon as nothing is `isBusy`. The browser's own menu
 * prints what is there. Returns the function that stops it.
 */
export function followPrintKey(isBusy: () => boolean, target: Window = window): () => void {
  const set = (next: boolean) => {
    isAskedFor = next;
    for (const listener of listeners) listener();
  };
  const printWhenReady = (since: number) => {
    if (isBusy() && Date.now() - since < MAX_WAIT) target.setTimeout(() => printWhenReady(since), LOOK_INTERVAL);
    else target.print();
  };
  const ask = (event: KeyboardEvent) => {
    if (!isPrintKey(event)) return;
    event.preventDefault();
    if (isAskedFor) return;
    set(true);
    target.setTimeout(() => printWhenReady(Date.now()));
  };
  const end = () => set(false);
  target.document.addEventListener("keydown", ask);
  target.addEventListener("afterprint", end);
  return () => {
    target.document.removeEventListener("keydown", ask);
    target.removeEventListener("afterprint", end);
    isAskedFor = false;
  };
}

/** Follow the browser's printing, and light the page while it lasts. Returns the function that stops it. */
export function followPrinting(target: Window = window): () => void {
  const root = target.document.documentElement;
  let schemeOnScreen: string | undefined;
  const change = (begins: boolean) => {
    if (begins === isOnPaper) return;
    isOnPaper = begins;
    if (begins) {
      schemeOnScreen = root.dataset.mantineColorScheme;
      root.dataset.mantineColorScheme = "light";
    } else if (schemeOnScreen !== undefined) {
      root.dataset.mantineColorScheme = schemeOnScreen;
    }
    for (const listener of listeners) listener();
  };
  const media = target.matchMedia("print");
  const begin = () => change(true);
  const end = () => change(false);
  const follow = () => change(media.matches);
  target.addEventListener("beforeprint", begin);
  target.addEventListener("afterprint", end);
  media.addEventListener("change", follow); // browsers without these events, and tools that only change the medium
  return () => {
    target.removeEventListener("beforeprint", begin);
    target.removeEventListener("afterprint", end);
    media.removeEventListener("change", follow);
  };
}
