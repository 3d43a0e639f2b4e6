import {
  AgentsDocument,
  DepartmentsDocument,
  TemplatesDocument,
  type CampaignAnalyticsFilter,
  type ViewQuery,
} from "../../../api/generated/operations";
import { useI18n } from "../../../i18n/I18nProvider";
import { PerformanceTable } from "./PerformanceTable";
import classes from "./PerformanceTable.module.css";

type Props = {
  numbers: NonNullable<ViewQuery["campaignAnalytics"]>;
  filter: CampaignAnalyticsFilter;
  viewReceivedAt: number;
};

/** The three tables: by agent and department, by department, by template. */
export function PerformanceTables({ numbers, ...source }: Props) {
  const { t } = useI18n();
  return (
    <>
      <PerformanceTable
        {...source}
        title={t.tables.agents}
        definition="CampaignAnalytics.byAgent"
        area="agents"
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
            cell: ({ agent }) => <NameCell {...agent} entity="agent" email={agent.email} />,
          },
          {
            header: t.tables.department,
            cell: ({ department }) => <NameCell {...department} entity="department" />,
          },
        ]}
      />
      <PerformanceTable
        {...source}
        title={t.tables.departments}
        definition="CampaignAnalytics.byDepartment"
        area="departments"
        document={DepartmentsDocument}
        firstRows={numbers.byDepartment}
        rowKey={({ department }) => department.id}
        identify={({ department }) => ({ ids: { departments: department.id }, name: department.name })}
        nameColumns={[
          {
            header: t.tables.department,
            field: "NAME",
            cell: ({ department }) => <NameCell {...department} entity="department" />,
          },
        ]}
      />
      <PerformanceTable
        {...source}
        title={t.tables.templates}
        definition="CampaignAnalytics.byTemplate"
        area="templates"
        document={TemplatesDocument}
        firstRows={numbers.byTemplate}
        rowKey={({ template }) => template.id}
        identify={({ template }) => ({ ids: { templates: template.id }, name: template.name })}
        nameColumns={[
          {
            header: t.tables.template,
            field: "NAME",
            cell: ({ template }) => (
              <NameCell {...template} entity="template" detail={t.tables.categories[template.category]} />
            ),
          },
          {
            header: t.tables.usedBy,
            cell: ({ departments }) => departments.map(({ name }) => name).join(", "),
          },
        ]}
      />
    </>
  );
}

type NameCellProps = {
  name: string;
  active: boolean;
  entity: "agent" | "department" | "template";
  detail?: string;
  email?: string | null;
};

/** A name with a detail beneath it. On narrow screens the email is left out. */
function NameCell({ name, active, entity, detail, email }: NameCellProps) {
  const { t } = useI18n();
  return (
    <>
      <span className={classes.name}>
        {name} {!active && <span className={classes.detail}>({t.tables.deleted[entity]})</span>}
      </span>
      {detail && <span className={classes.detail}>{detail}</span>}
      {email && <span className={`${classes.detail} ${classes.email}`}>{email}</span>}
    </>
  );
}
