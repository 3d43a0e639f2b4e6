import { Tabs } from "@mantine/core";
import {
  AccountsDocument,
  AgentsDocument,
  DepartmentsDocument,
  TemplatesDocument,
  type CampaignAnalyticsFilter,
  type ViewQuery,
} from "../../../api/generated/operations";
import { usePrinting } from "../../../hooks/usePrinting";
import { useI18n } from "../../../i18n/I18nProvider";
import { NameCell } from "./table/NameCell";
import { PerformanceTable } from "./table/PerformanceTable";
import classes from "./table/PerformanceTable.module.css";
import { DEFAULT_VIEW, type TableView } from "./view/tableView";
import { TABS, useTab, useTableView, type Tab } from "./view/useTableView";

type Props = {
  numbers: NonNullable<ViewQuery["campaignAnalytics"]>;
  filter: CampaignAnalyticsFilter;
  viewReceivedAt: number;
};

const ID = "tables"; // begins the ids of tabs and panels
const ON_PAPER: Tab[] = ["agents", "departments", "templates"]; // they come with the view

/** The tables by agent and department, by department, template and account: one at a time, on paper all. */
export function PerformanceTables(props: Props) {
  const { t } = useI18n();
  const [tab, choose] = useTab();
  const [view, changeView] = useTableView();
  const isPrinting = usePrinting();
  return (
    <Tabs id={ID} value={tab} onChange={choose} className={classes.tabs} data-area="tables">
      <Tabs.List aria-label={t.tables.by} className="no-print">
        {TABS.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {t.tables.tabs[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map(
        (name) =>
          (name === tab || (isPrinting && ON_PAPER.includes(name))) && (
            <div key={name} id={`${ID}-panel-${name}`} role="tabpanel" aria-labelledby={`${ID}-tab-${name}`}>
              <TableOf tab={name} {...props} view={name === tab ? view : DEFAULT_VIEW} onView={changeView} />
            </div>
          ),
      )}
    </Tabs>
  );
}

type ViewProps = { view: TableView; onView: (changes: Partial<TableView>) => void };

function TableOf({ tab, numbers, ...source }: Props & ViewProps & { tab: Tab }) {
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
