import { useMemo } from "react";
import {
  AccountOptionsDocument,
  AgentOptionsDocument,
  DepartmentOptionsDocument,
  TemplateOptionsDocument,
} from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import type { Option } from "./choice";
import type { FilterKind } from "../filters";

const DOCUMENTS = {
  templates: TemplateOptionsDocument,
  accounts: AccountOptionsDocument,
  departments: DepartmentOptionsDocument,
  agents: AgentOptionsDocument,
};

const MAX_OPTIONS = 100; // readers find the others by typing
const NO_OPTIONS: Option[] = [];

/** Return a filter's options whose names contain `search`, sorted by name, and how many there are in all. */
export function useOptions(kind: FilterKind, search: string, enabled: boolean) {
  const variables = { search: search || null, first: MAX_OPTIONS };
  const { answer, isPending, error } = useStableQuery(DOCUMENTS[kind], variables, { enabled });
  const connection = answer?.data.options;
  const options = connection?.nodes ?? NO_OPTIONS;
  const names = useMemo(() => new Map(options.map(({ id, name }) => [id, name])), [options]);
  return { options, names, total: connection?.totalCount ?? 0, isPending, error };
}
