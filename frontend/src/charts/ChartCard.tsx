import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChartHistogram, IconTable } from "@tabler/icons-react";
import type { EChartsOption } from "echarts";
import { useState, type ReactNode } from "react";
import { Card } from "../components/Card";
import { CardMenu } from "../components/CardMenu";
import { useI18n } from "../i18n/I18nProvider";
import type { DefinedField } from "../i18n/definitions.es";
import type { Days } from "../lib/dates/days";
import type { Colors } from "./colors";
import { DataTable, type TableData } from "./DataTable";

type Props = {
  title: string;
  definition: DefinedField;
  /** More that explains the chart. */
  about?: string | undefined;
  area: string;
  controls?: ReactNode;
  /** A banner above the chart. */
  banner?: ReactNode;
  chart: ReactNode;
  /** A line beneath the chart, or its table. */
  foot?: ReactNode;
  /** The chart's values, for readers who prefer a table. */
  table: () => TableData;
  /** Whether the table is shown, where the page keeps it; otherwise the card does. */
  shown?: { isTable: boolean; onTable: (isTable: boolean) => void };
  /** The days that the chart is of. */
  days: Days;
  /** The chart, to be drawn as an image. */
  option: (colors: Colors) => EChartsOption;
  /** True where the image must name its lines. */
  hasLegend?: boolean;
};

/** A card with a chart that can also be read as a table. */
export function ChartCard({
  title,
  definition,
  about,
  area,
  controls,
  banner,
  chart,
  foot,
  table,
  shown,
  ...image
}: Props) {
  const { t, format } = useI18n();
  const [isOwnTable, setIsOwnTable] = useState(false);
  const { isTable, onTable } = shown ?? { isTable: isOwnTable, onTable: setIsOwnTable };
  const { days, option, hasLegend = false } = image;
  const label = isTable ? t.charts.asChart : t.charts.asTable;
  const Icon = isTable ? IconChartHistogram : IconTable;
  return (
    <Card
      title={title}
      definition={definition}
      about={about}
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
              onClick={() => onTable(!isTable)}
            >
              <Icon size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <CardMenu
            title={title}
            days={days}
            table={() => {
              const { head, fileHead = head, cells } = table();
              return { head: fileHead, rows: cells };
            }}
            picture={async () => {
              const { drawPicture } = await import("./picture");
              const subtitle = t.files.drawn(format.days(days.from, days.to));
              return drawPicture({ option, title, subtitle, hasLegend });
            }}
          />
        </>
      }
    >
      {banner}
      {isTable ? <DataTable {...table()} label={title} /> : chart}
      {foot}
    </Card>
  );
}
