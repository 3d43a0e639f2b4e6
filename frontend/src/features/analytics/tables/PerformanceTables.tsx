import {
  AgentsDocument,
  DepartmentsDocument,
  TemplatesDocument,
  type CampaignAnalyticsFilter,
  type ViewQuery,
} from "../../../api/generated/operations";
import { useTexts } from "../../../i18n/I18nProvider";
import classes from "./PerformanceTable.module.css";
import { PerformanceTable } from "./PerformanceTable";

type Props = { numbers: NonNullable<ViewQuery["campaignAnalytics"]>; filter: CampaignAnalyticsFilter };

/** The three tables: by agent and department, by department, by template. */
export function Tables({ numbers, filter }: Props) {
  const { t } = useTexts();
  return (
    <>
      <PerformanceTable
        title={t.tables.agents}
        definition="CampaignAnalytics.byAgent"
        area="agents"
        document={AgentsDocument}
        filter={filter}
        first={numbers.byAgent}
        idOf={({ agent, department }) => JSON.stringify([agent.id, department.id])}
        names={[
          {
            header: t.tables.agent,
            field: "NAME",
            cell: ({ agent }) => <Name {...agent} of="agent" email={agent.email} />,
          },
          { header: t.tables.department, cell: ({ department }) => <Name {...department} of="department" /> },
        ]}
      />
      <PerformanceTable
        title={t.tables.departments}
        definition="CampaignAnalytics.byDepartment"
        area="departments"
        document={DepartmentsDocument}
        filter={filter}
        first={numbers.byDepartment}
        idOf={({ department }) => department.id}
        names={[
          {
            header: t.tables.department,
            field: "NAME",
            cell: ({ department }) => <Name {...department} of="department" />,
          },
        ]}
      />
      <PerformanceTable
        title={t.tables.templates}
        definition="CampaignAnalytics.byTemplate"
        area="templates"
        document={TemplatesDocument}
        filter={filter}
        first={numbers.byTemplate}
        idOf={({ template }) => template.id}
        names={[
          {
            header: t.tables.template,
            field: "NAME",
            cell: ({ template }) => <Name {...template} of="template" under={t.tables.categories[template.category]} />,
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

type NameProps = {
  name: string;
  active: boolean;
  of: "agent" | "department" | "template";
  under?: string;
  email?: string | null;
};

/** A name, and what goes with it beneath. An email gives way where there is little room. */
function Name({ name, active, of, under, email }: NameProps) {
  const { t } = useTexts();
  return (
    <>
      <span className={classes.name}>
        {name} {!active && <span className={classes.under}>({t.tables.deleted[of]})</span>}
      </span>
      {under && <span className={classes.under}>{under}</span>}
      {email && <span className={`${classes.under} ${classes.email}`}>{email}</span>}
    </>
  );
}
