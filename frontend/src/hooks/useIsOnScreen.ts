import { useEffect, useState, type RefObject } from "react";

/** Return whether an element is in the window: what nobody has scrolled to need not be asked for. */
export function useIsOnScreen(ref: RefObject<Element | null>): boolean {
  const [isOn, setIsOn] = useState(false);
  useEffect(() => {
    if (!ref.current) return;
    const observer = new IntersectionObserver(([entry]) => setIsOn(entry?.isIntersecting ?? false));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return isOn;
}
