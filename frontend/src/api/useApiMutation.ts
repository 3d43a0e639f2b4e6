import { useMutation } from "@tanstack/react-query";
import { useApi } from "./ApiProvider";
import type { ApiError } from "./errors";
import type { TypedDocumentString } from "./generated/operations";

type Callbacks<Data> = { onSettled?: (data: Data | undefined, error: ApiError | null) => void };

/** Send a document when the reader does something, such as pressing a button. */
export function useApiMutation<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  callbacks: Callbacks<Data> = {},
) {
  const api = useApi();
  return useMutation<Data, ApiError, Variables>({
    mutationFn: (variables) => api.request(document, variables),
    ...callbacks,
  });
}
