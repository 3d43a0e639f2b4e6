import { isFramed } from "../../session/parentMessaging";
import type { UserSession } from "../../session/types";
import { readStorage, writeStorage } from "../../../lib/storage";

/** The ids of exports whose end a person waits for: kept in their tab, so that a reload does not lose them. */
const keyOf = ({ person }: UserSession) => `${person} exports`;

const SEPARATOR = " "; // no id of an export has one

export function readFollowed(session: UserSession): string[] {
  const text = isFramed ? null : readStorage("sessionStorage", keyOf(session));
  return text?.split(SEPARATOR).filter(Boolean) ?? [];
}

export function writeFollowed(session: UserSession, ids: string[]): void {
  if (!isFramed && !session.ended.aborted)
    writeStorage("sessionStorage", keyOf(session), ids.length > 0 ? ids.join(SEPARATOR) : null);
}
