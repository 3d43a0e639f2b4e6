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
export type ResponseError = { message: string; extensions?: { code?: unknown; reason?: unknown } };

/** Return the API's code of an error; undefined when it has none. */
export function errorCode({ extensions }: ResponseError): string | undefined {
  return typeof extensions?.code === "string" ? extensions.code : undefined;
}

/** A request that failed, with the API's own message and reason where it sent them. */
export class ApiError extends Error {
  constructor(
    readonly kind: ErrorKind,
    message: string,
    /** Tells errors of one kind apart, see docs/api.md. */
    readonly reason?: string,
  ) {
    super(message);
  }

  static fromResponse(error: ResponseError): ApiError {
    const reason = error.extensions?.reason;
    const kind = KIND_BY_CODE[errorCode(error) ?? ""] ?? "failed";
    return new ApiError(kind, error.message, typeof reason === "string" ? reason : undefined);
  }
}
