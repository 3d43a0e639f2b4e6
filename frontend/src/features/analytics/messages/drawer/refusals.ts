import type { ApiError } from "../../../../api/errors";

/** The API's reasons why messages cannot be listed, and the names of our words for them. */
const WORDS = { TOO_MANY_MESSAGES: "tooMany", MESSAGES_DROPPED: "dropped" } as const;

type Reason = keyof typeof WORDS;

const isReason = (reason: string): reason is Reason => Object.hasOwn(WORDS, reason);

/** Return the name of our words for a refusal; undefined for others, of which the API's own words are shown. */
export const refusalOf = ({ reason }: ApiError): (typeof WORDS)[Reason] | undefined =>
  reason !== undefined && isReason(reason) ? WORDS[reason] : undefined;
