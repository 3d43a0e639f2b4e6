import { useQueryClient } from "@tanstack/react-query";
import { operationName } from "../../api/client";
import { ExportsDocument } from "../../api/generated/operations";

/** Return the function that loads the list of exports anew, after one of them changed. */
export function useReloadExports(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: [operationName(ExportsDocument)] });
}
