/** Kinds of errors, told apart as far as a reader can do something about them. */
export type ErrorKind = "offline" | "forbidden" | "refused" | "busy" | "unavailable" | "slow" | "tooMuch" | "failed";

const KIND_BY_CODE: Record<string, ErrorKind> = {
  FORBIDDEN: "forbidden",
  BAD_USER_INPUT: "refused",
  RATE_LIMITED: "busy",
  UNAVAILABLE: "unavailable",
  TIMEOUT: "slow",
  QUERY_TOO_COMPLEX: "tooMuch",
};

/** An error of a GraphQL response. */
export type ResponseError = { message: string; extensions?: { code?: unknown } };

/** Return the API's code of an error; undefined when it has none. */
export function errorCode({ extensions }: ResponseError): string | undefined {
  return typeof extensions?.code === "string" ? extensions.code : undefined;
}

/** A request that failed, with the API's own message where it sent one. */
export class ApiError extends Error {
  constructor(
    readonly kind: ErrorKind,
    message: string,
  ) {
    super(message);
  }

  static fromResponse(error: ResponseError): ApiError {
    return new ApiError(KIND_BY_CODE[errorCode(error) ?? ""] ?? "failed", error.message);
  }
}
