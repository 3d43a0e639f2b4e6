import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChartHistogram, IconTable } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { Card } from "../components/Card";
import { useTexts } from "../i18n/I18nProvider";
import type { Shown } from "../i18n/definitions.es";
import { Values, type Grid } from "./DataTable";

type Props = {
  title: string;
  definition: Shown;
  area: string;
  controls?: ReactNode;
  /** What went wrong with it, above it. */
  notice?: ReactNode;
  chart: ReactNode;
  /** The same values, as a table. */
  values: () => Grid;
};

/** A chart that can also be read as a table. */
export function Figure({ title, definition, area, controls, notice, chart, values }: Props) {
  const { t } = useTexts();
  const [table, setTable] = useState(false);
  const label = table ? t.charts.asChart : t.charts.asTable;
  const Icon = table ? IconChartHistogram : IconTable;
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
              aria-pressed={table}
              onClick={() => setTable(!table)}
            >
              <Icon size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </>
      }
    >
      {notice}
      {table ? <Values {...values()} label={title} /> : chart}
    </Card>
  );
}
