import { authorization, connect, type Credentials } from "./connection";
import { ApiError, errorCode, type ResponseError } from "./errors";
import type { TypedDocumentString } from "./generated/operations";

/** The API for one person. */
export type Api = {
  /** Send a query or mutation. Rejects with `ApiError`, also when only a part of the response failed. */
  request: <Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ) => Promise<Data>;
  /** Subscribe to events; returns the function that ends it. */
  subscribe: <Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
    onEvent: (data: Data) => void,
  ) => () => void;
};

type ResponseBody<Data> = { data?: Data; errors?: ResponseError[] };

/** Return the name of a document's one operation, which logs and metrics show. */
export function operationName(document: { toString: () => string }): string {
  const name = /^\s*(?:query|mutation|subscription)\s+(\w+)/.exec(document.toString())?.[1];
  if (name === undefined) throw new Error("the document does not begin with a named operation");
  return name;
}

/** Create the API for one person. `onTokenRejected` is called with a token that the API does not accept. */
export function createApi(credentials: Credentials, onTokenRejected: (token: string) => void): Api {
  const { url, socket, fetch } = connect(credentials);

  async function send<Data>(body: string, signal: AbortSignal | undefined): Promise<ResponseBody<Data>> {
    let status: number | undefined;
    try {
      const response = await fetch(url, {
        method: "POST", // addresses are logged, bodies are not
        headers: {
          accept: "application/graphql-response+json, application/json",
          authorization: authorization(credentials),
          "content-type": "application/json",
        },
        body,
        ...(signal && { signal }),
      });
      status = response.status;
      return (await response.json()) as ResponseBody<Data>;
    } catch (error) {
      // What is no JSON comes from something before the service, except where the service itself broke.
      throw new ApiError(status === 500 ? "failed" : "offline", String(error));
    }
  }

  return {
    async request<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      variables: Variables,
      signal?: AbortSignal,
    ) {
      const { token } = credentials;
      const body = { query: document.toString(), operationName: operationName(document), variables };
      const { data, errors } = await send<Data>(JSON.stringify(body), signal);
      const error = errors?.[0];
      if (error && errorCode(error) === "UNAUTHENTICATED") onTokenRejected(token);
      if (error) throw ApiError.fromResponse(error);
      if (data === undefined) throw new ApiError("failed", "the response has neither data nor errors");
      return data;
    },

    subscribe<Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      variables: Variables,
      onEvent: (data: Data) => void,
    ) {
      const operation = {
        query: document.toString(),
        operationName: operationName(document),
        variables: variables as Record<string, unknown>,
      };
      return socket.subscribe<Data>(operation, {
        next: ({ data }) => data && onEvent(data),
        // Whoever subscribes also asks at intervals, and shows what is wrong then.
        error: () => undefined,
        complete: () => undefined,
      });
    },
  };
}
