import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChartHistogram, IconTable } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { Card } from "../components/Card";
import { useI18n } from "../i18n/I18nProvider";
import type { DefinedField } from "../i18n/definitions.es";
import { DataTable, type TableData } from "./DataTable";

type Props = {
  title: string;
  definition: DefinedField;
  area: string;
  controls?: ReactNode;
  /** A banner above the chart. */
  banner?: ReactNode;
  chart: ReactNode;
  /** The chart's values, for readers who prefer a table. */
  table: () => TableData;
};

/** A card with a chart that can also be read as a table. */
export function ChartCard({ title, definition, area, controls, banner, chart, table }: Props) {
  const { t } = useI18n();
  const [isTable, setIsTable] = useState(false);
  const label = isTable ? t.charts.asChart : t.charts.asTable;
  const Icon = isTable ? IconChartHistogram : IconTable;
  return (
    <Card
      title={title}
      definition={definition}
      area={area}
      controls={
        <>
          {controls}
          <Tooltip label={label}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${label}: ${title}`}
              aria-pressed={isTable}
              onClick={() => setIsTable(!isTable)}
            >
              <Icon size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </>
      }
    >
      {banner}
      {isTable ? <DataTable {...table()} label={title} /> : chart}
    </Card>
  );
}
