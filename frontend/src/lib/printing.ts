/** The page on paper: it must be laid out before the browser takes it, and paper is light. */

const listeners = new Set<() => void>();
let isOnPaper = false;

/** Call `listener` when printing begins or ends; returns the function that stops it. */
export function listenToPrinting(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const isPrinting = (): boolean => isOnPaper;

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
