import { useEffect } from "react";

const MINUTE = 60_000; // milliseconds
const OFTEN = 5 * MINUTE; // while someone looks
const AGAIN = MINUTE; // when someone comes back: it must not ask each time one looks away

/** Ask again for what is older than it should be: on coming back to the page, and while it stays in sight. */
export function useRefreshing(at: Date | undefined, refresh: () => void): void {
  useEffect(() => {
    if (!at) return;
    const age = () => Date.now() - at.getTime();
    const look = (oldest: number) => {
      if (document.visibilityState === "visible" && age() >= oldest) refresh();
    };
    const back = () => look(AGAIN);
    back();
    const timer = setInterval(() => look(OFTEN), MINUTE);
    document.addEventListener("visibilitychange", back);
    window.addEventListener("focus", back);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", back);
      window.removeEventListener("focus", back);
    };
  }, [at, refresh]);
}
