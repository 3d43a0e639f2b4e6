import { useEffect, useRef, type RefObject } from "react";

/** Keep an element's height in a variable of the stylesheet, for what stands beneath it. */
export function useHeightVariable<E extends HTMLElement>(name: string): RefObject<E | null> {
  const element = useRef<E>(null);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty(name, `${current.offsetHeight}px`));
    observer.observe(current);
    return () => {
      observer.disconnect();
      style.removeProperty(name);
    };
  }, [name]);
  return element;
}
