import { Button, SegmentedControl, Text } from "@mantine/core";
import {
  AgentsDocument,
  AgentTotalsDocument,
  EarlierAgentsDocument,
  EarlierAgentTotalsDocument,
  type AgentTotalRowsFragment,
} from "../../../../api/generated/operations";
import { useI18n } from "../../../../i18n/I18nProvider";
import type { Row } from "../rows/allRows";
import { sumFunnels } from "../rows/sums";
import type { TableSource } from "../rows/useTableRows";
import { NameCell } from "../table/cells/NameCell";
import { NameList } from "../table/NameList";
import classes from "../table/PerformanceTable.module.css";
import { PerformanceTable } from "../table/PerformanceTable";
import type { TableView } from "../view/tableView";
import { useActiveAgents } from "./useActiveAgents";

type Source = Pick<TableSource<never>, "filter" | "viewReceivedAt" | "compared">;

type Props = Source & {
  title: string;
  area: string;
  total: Row;
  view: TableView;
  onView: (changes: Partial<TableView>) => void;
  /** The first page of the agents' totals, which comes with the view. */
  firstTotals: AgentTotalRowsFragment;
};

/** The table by agent, or by agent and department; on demand with those who did not send. */
export function AgentTable({ firstTotals, ...props }: Props) {
  const { view, onView, filter } = props;
  const { t } = useI18n();
  const isAll = view.agents === "all";
  const { agents, error } = useActiveAgents(filter, isAll);
  const controls = (
    <SegmentedControl
      size="xs"
      aria-label={t.tables.agentRows}
      value={view.agents === "departments" ? "departments" : "totals"}
      onChange={(agents) => onView({ agents })}
      data={[
        { value: "totals", label: t.tables.byAgent },
        { value: "departments", label: t.tables.byAgentAndDepartment },
      ]}
    />
  );
  if (view.agents === "departments")
    return (
      <PerformanceTable
        key="departments" // its rows are others
        {...props}
        title={t.tables.agentsByDepartment}
        controls={controls}
        definition="CampaignAnalytics.byAgent"
        document={AgentsDocument}
        earlierDocument={EarlierAgentsDocument}
        firstRows={undefined}
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
  return (
    <PerformanceTable
      key="totals"
      {...props}
      controls={controls}
      definition="CampaignAnalytics.byAgentTotal"
      document={AgentTotalsDocument}
      earlierDocument={EarlierAgentTotalsDocument}
      firstRows={firstTotals}
      others={agents?.map((agent) => ({ agent, departments: [], funnel: sumFunnels([]) }))}
      below={
        <div className={`${classes.below ?? ""} no-print`}>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            fw={400}
            aria-pressed={isAll}
            onClick={() => onView({ agents: isAll ? "totals" : "all" })}
          >
            {isAll ? t.tables.hideIdle : t.tables.showIdle}
          </Button>
          {error && (
            <Text role="alert" size="sm" c="var(--bad)">
              {t.states[error.kind]}
            </Text>
          )}
        </div>
      }
      rowKey={({ agent }) => agent.id}
      identify={({ agent }) => ({ ids: { agents: agent.id }, name: agent.name })}
      nameColumns={[
        {
          header: t.tables.agent,
          field: "NAME",
          cell: ({ agent }) => <NameCell {...agent} kind="agents" />,
          text: ({ agent }) => agent.name,
        },
        {
          header: t.tables.usedBy,
          cell: ({ departments }) => <NameList names={departments.map(({ name }) => name)} />,
          text: ({ departments }) => departments.map(({ name }) => name).join(", "),
        },
      ]}
    />
  );
}
