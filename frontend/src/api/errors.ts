import type { CombinedError } from "@urql/core";

/** What went wrong, as far as a reader can do something about it. */
export type Trouble = "offline" | "forbidden" | "refused" | "busy" | "building" | "slow" | "tooMuch" | "failed";

const OF_CODE: Record<string, Trouble> = {
  FORBIDDEN: "forbidden",
  BAD_USER_INPUT: "refused",
  RATE_LIMITED: "busy",
  UNAVAILABLE: "building",
  TIMEOUT: "slow",
  QUERY_TOO_COMPLEX: "tooMuch",
};

/** The API's code of an error, if it came from the API. */
export function codeOf(error: CombinedError): string | undefined {
  const code = error.graphQLErrors[0]?.extensions.code;
  return typeof code === "string" ? code : undefined;
}

export function troubleOf(error: CombinedError): Trouble {
  if (error.networkError) return "offline";
  return OF_CODE[codeOf(error) ?? ""] ?? "failed";
}
