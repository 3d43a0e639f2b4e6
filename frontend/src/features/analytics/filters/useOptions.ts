import { useMemo } from "react";
import {
  AccountOptionsDocument,
  AgentOptionsDocument,
  DepartmentOptionsDocument,
  TemplateOptionsDocument,
} from "../../../api/generated/operations";
import { useAnswer } from "../../../api/useAnswer";
import type { Kind } from "./filters";

export type Option = { id: string; name: string };

const DOCUMENTS = {
  templates: TemplateOptionsDocument,
  accounts: AccountOptionsDocument,
  departments: DepartmentOptionsDocument,
  agents: AgentOptionsDocument,
};

const SHOWN = 100; // options; the rest is found by typing
const NOTHING: Option[] = [];

/** The options of a filter whose names hold `search`, by name, and how many there are in all. */
export function useOptions(kind: Kind, search: string, wanted: boolean) {
  const variables = { search: search || null, first: SHOWN };
  const { data, waiting, trouble } = useAnswer(DOCUMENTS[kind], variables, { pause: !wanted });
  const options = data?.options?.nodes ?? NOTHING;
  const names = useMemo(() => new Map(options.map(({ id, name }) => [id, name])), [options]);
  return { options, names, total: data?.options?.totalCount ?? 0, waiting, trouble: trouble?.kind };
}
