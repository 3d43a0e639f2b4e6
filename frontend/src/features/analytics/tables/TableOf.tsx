import {
  AccountsDocument,
  EarlierAccountsDocument,
  CategoriesDocument,
  EarlierCategoriesDocument,
  DepartmentsDocument,
  EarlierDepartmentsDocument,
  TemplatesDocument,
  EarlierTemplatesDocument,
  type Comparison,
  type ViewQuery,
} from "../../../api/generated/operations";
import { useI18n } from "../../../i18n/I18nProvider";
import { comparableWith } from "../comparison/comparison";
import { AgentTable } from "./agents/AgentTable";
import { TemplateHealth } from "./health/TemplateHealth";
import type { TableSource } from "./rows/useTableRows";
import { FilterLink } from "./table/FilterLink";
import { NameCell } from "./table/cells/NameCell";
import { NameList } from "./table/NameList";
import { PerformanceTable } from "./table/PerformanceTable";
import type { TableView } from "./view/tableView";
import type { Tab } from "./view/useTableView";

/** The numbers of the view that the tables show. */
export type ViewNumbers = Pick<TableSource<never>, "filter" | "viewReceivedAt"> & {
  numbers: NonNullable<ViewQuery["campaignAnalytics"]>;
  /** Null where the view is compared with nothing. */
  comparison: Comparison | null;
};

type ViewProps = { view: TableView; onView: (changes: Partial<TableView>) => void };

/** The table of a tab. */
export function TableOf({ tab, numbers, comparison, ...source }: ViewNumbers & ViewProps & { tab: Tab }) {
  const { t } = useI18n();
  const { funnel, responseTime } = numbers;
  const earlier = comparableWith(numbers);
  const common = {
    ...source,
    title: t.tables.titles[tab],
    area: tab,
    total: { funnel, responseTime, before: earlier?.funnel ?? null },
    compared: comparison ? { comparison, isCovered: earlier !== undefined } : undefined,
  };
  switch (tab) {
    case "agents":
      return <AgentTable {...common} firstTotals={numbers.byAgentTotal} />;
    case "departments":
      return (
        <PerformanceTable
          {...common}
          definition="CampaignAnalytics.byDepartment"
          document={DepartmentsDocument}
          earlierDocument={EarlierDepartmentsDocument}
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
          earlierDocument={EarlierTemplatesDocument}
          firstRows={numbers.byTemplate}
          rowKey={({ template }) => template.id}
          identify={({ template }) => ({ ids: { templates: template.id }, name: template.name })}
          nameColumns={[
            {
              header: t.tables.template,
              field: "NAME",
              cell: ({ template: { category, ...template } }) => (
                <>
                  <NameCell {...template} kind="templates" detail={t.tables.categories[category]} />
                  <TemplateHealth {...template} {...source} />
                </>
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
          earlierDocument={EarlierAccountsDocument}
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
    case "categories":
      return (
        <PerformanceTable
          {...common}
          possible={["before"]}
          definition="CampaignAnalytics.byCategory"
          document={CategoriesDocument}
          earlierDocument={EarlierCategoriesDocument}
          firstRows={undefined}
          rowKey={({ category }) => category}
          identify={({ category }) => ({ ids: { categories: category }, name: t.tables.categories[category] })}
          nameColumns={[
            {
              header: t.tables.category,
              field: "NAME",
              cell: ({ category }) => (
                <FilterLink kind="categories" id={category}>
                  {t.tables.categories[category]}
                </FilterLink>
              ),
              text: ({ category }) => t.tables.categories[category],
            },
          ]}
        />
      );
  }
}
