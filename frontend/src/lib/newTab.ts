import type { MouseEvent } from "react";

function open(event: MouseEvent<HTMLAnchorElement>) {
  event.preventDefault();
  window.open(event.currentTarget.href);
}

/** For links to our own pages: a tab that the page itself opens starts with its session, one that the browser opens
 * starts with none. */
export const inNewTab = {
  onClickCapture: (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) open(event);
  },
  onAuxClick: (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.button === 1) open(event); // the middle one
  },
};
