import type { ApiError } from "../../../../api/errors";

/** What the API says where messages cannot be listed, and the name of our words for it. */
const REFUSALS = [
  [/too many to look at each/, "tooMany"],
  [/single messages are kept from/, "dropped"],
] as const;

/** Return the name of our words for a refusal; undefined for others, of which the API's own words are shown. */
export function refusalOf({ kind, message }: ApiError): "tooMany" | "dropped" | undefined {
  if (kind !== "refused") return undefined;
  return REFUSALS.find(([words]) => words.test(message))?.[1];
}
