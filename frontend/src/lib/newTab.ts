import type { MouseEvent } from "react";

const MIDDLE_BUTTON = 1;

function openTab(event: MouseEvent<HTMLAnchorElement>) {
  event.preventDefault();
  window.open(event.currentTarget.href);
}

/**
 * Handlers for links to our own pages: a tab that the page itself opens starts with its session, one that the browser
 * opens starts with none.
 */
export const newTabHandlers = {
  onClickCapture: (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) openTab(event);
  },
  onAuxClick: (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.button === MIDDLE_BUTTON) openTab(event);
  },
};
