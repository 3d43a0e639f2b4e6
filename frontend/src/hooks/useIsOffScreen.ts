import { useEffect, useState, type RefObject } from "react";

/** Return whether an element has been scrolled out of the window. */
export function useIsOffScreen(ref: RefObject<Element | null>): boolean {
  const [isOff, setIsOff] = useState(false);
  useEffect(() => {
    if (!ref.current) return;
    const observer = new IntersectionObserver(([entry]) => setIsOff(entry ? !entry.isIntersecting : false));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return isOff;
}
