import { useMemo } from "react";
import { ExportNamesDocument, type ExportRowFragment } from "../../../api/generated/operations";
import { useStableQuery } from "../../../api/useStableQuery";

/** The kinds of filters, by the field that an export's filter has of each. */
export const ID_FIELDS = {
  templates: "templateIds",
  accounts: "accountIds",
  departments: "departmentIds",
  agents: "agentIds",
} as const;

/** The same for the values that an export leaves out. */
export const EXCLUDED_FIELDS = {
  templates: "excludeTemplateIds",
  accounts: "excludeAccountIds",
  departments: "excludeDepartmentIds",
  agents: "excludeAgentIds",
} as const;

export type Kind = keyof typeof ID_FIELDS;

/** Names by id, of each kind. */
export type Names = Partial<Record<Kind, Map<string, string>>>;

export const KINDS = Object.keys(ID_FIELDS) as Kind[];

export const MAX_NAMES = 3; // of each kind that a row shows

const MAX_IDS = 200; // the API's largest page

/** Return the names that rows show, of what their filters name; none until they are there. */
export function useNames(rows: ExportRowFragment[]): Names {
  const idsOf = (kind: Kind) => {
    const fields = [ID_FIELDS[kind], EXCLUDED_FIELDS[kind]];
    const ids = rows.flatMap(({ filter }) => fields.flatMap((field) => filter[field]?.slice(0, MAX_NAMES) ?? []));
    return [...new Set(ids)].sort().slice(0, MAX_IDS);
  };
  const ids = {
    templates: idsOf("templates"),
    accounts: idsOf("accounts"),
    departments: idsOf("departments"),
    agents: idsOf("agents"),
  };
  const enabled = KINDS.some((kind) => ids[kind].length > 0);
  const { answer } = useStableQuery(ExportNamesDocument, { ...ids, first: MAX_IDS }, { enabled });
  const data = answer?.data;
  return useMemo(
    () =>
      Object.fromEntries(KINDS.map((kind) => [kind, new Map(data?.[kind]?.nodes.map(({ id, name }) => [id, name]))])),
    [data],
  );
}
