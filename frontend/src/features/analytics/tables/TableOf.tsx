import {
  AccountsDocument,
  AgentsDocument,
  DepartmentsDocument,
  TemplatesDocument,
  type CampaignAnalyticsFilter,
  type ViewQuery,
} from "../../../api/generated/operations";
import { useI18n } from "../../../i18n/I18nProvider";
import { NameCell } from "./table/NameCell";
import { PerformanceTable } from "./table/PerformanceTable";
import classes from "./table/PerformanceTable.module.css";
import type { TableView } from "./view/tableView";
import type { Tab } from "./view/useTableView";

/** The numbers of the view that the tables show. */
export type ViewNumbers = {
  numbers: NonNullable<ViewQuery["campaignAnalytics"]>;
  filter: CampaignAnalyticsFilter;
  viewReceivedAt: number;
};

type ViewProps = { view: TableView; onView: (changes: Partial<TableView>) => void };

/** The table of a tab. */
export function TableOf({ tab, numbers, ...source }: ViewNumbers & ViewProps & { tab: Tab }) {
  const { t } = useI18n();
  const common = { ...source, title: t.tables[tab], area: tab, total: numbers.funnel };
  switch (tab) {
    case "agents":
      return (
        <PerformanceTable
          {...common}
          definition="CampaignAnalytics.byAgent"
          document={AgentsDocument}
          firstRows={numbers.byAgent}
          rowKey={({ agent, department }) => JSON.stringify([agent.id, department.id])}
          identify={({ agent, department }) => ({
            ids: { agents: agent.id, departments: department.id },
            name: `${agent.name}, ${department.name}`,
          })}
          nameColumns={[
            {
              header: t.tables.agent,
              field: "NAME",
              cell: ({ agent }) => <NameCell {...agent} kind="agents" />,
              text: ({ agent }) => agent.name,
            },
            {
              header: t.tables.department,
              cell: ({ department }) => <NameCell {...department} kind="departments" />,
              text: ({ department }) => department.name,
            },
          ]}
        />
      );
    case "departments":
      return (
        <PerformanceTable
          {...common}
          definition="CampaignAnalytics.byDepartment"
          document={DepartmentsDocument}
          firstRows={numbers.byDepartment}
          rowKey={({ department }) => department.id}
          identify={({ department }) => ({ ids: { departments: department.id }, name: department.name })}
          nameColumns={[
            {
              header: t.tables.department,
              field: "NAME",
              cell: ({ department }) => <NameCell {...department} kind="departments" />,
              text: ({ department }) => department.name,
            },
          ]}
        />
      );
    case "templates":
      return (
        <PerformanceTable
          {...common}
          definition="CampaignAnalytics.byTemplate"
          document={TemplatesDocument}
          firstRows={numbers.byTemplate}
          rowKey={({ template }) => template.id}
          identify={({ template }) => ({ ids: { templates: template.id }, name: template.name })}
          nameColumns={[
            {
              header: t.tables.template,
              field: "NAME",
              cell: ({ template: { category, ...template } }) => (
                <NameCell {...template} kind="templates" detail={t.tables.categories[category]} />
              ),
              text: ({ template }) => template.name,
            },
            {
              header: t.tables.usedBy,
              cell: ({ departments }) => <NameList names={departments.map(({ name }) => name)} />,
              text: ({ departments }) => departments.map(({ name }) => name).join(", "),
            },
          ]}
        />
      );
    case "accounts":
      return (
        <PerformanceTable
          {...common}
          definition="CampaignAnalytics.byAccount"
          document={AccountsDocument}
          firstRows={undefined}
          rowKey={({ account }) => account.id}
          identify={({ account }) => ({ ids: { accounts: account.id }, name: account.name })}
          nameColumns={[
            {
              header: t.tables.account,
              field: "NAME",
              cell: ({ account }) => <NameCell {...account} kind="accounts" />,
              text: ({ account }) => account.name,
            },
          ]}
        />
      );
  }
}

/** Names in one line, as far as there is room. */
function NameList({ names }: { names: string[] }) {
  const text = names.join(", ");
  return (
    <span className={classes.list} title={text}>
      {text}
    </span>
  );
}
