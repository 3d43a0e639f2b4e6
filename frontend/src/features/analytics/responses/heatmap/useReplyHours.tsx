import { useCallback, useMemo } from "react";
import type { ViewQuery } from "../../../../api/generated/operations";
import { Chart } from "../../../../charts/Chart";
import classes from "../../../../charts/Chart.module.css";
import type { Colors } from "../../../../charts/colors";
import { useI18n } from "../../../../i18n/I18nProvider";
import { MessagesButton } from "../../messages/number/MessagesButton";
import { openMessages } from "../../messages/number/useMessageSet";
import { heatmapOption, HOURS, placeKey, WEEKDAYS } from "./heatmapOption";
import type { HeatmapParts } from "./HeatmapParts";

type Cells = NonNullable<ViewQuery["campaignAnalytics"]>["responseHeatmap"];

/** Return the parts of the heat map of responses by their own hour. */
export function useReplyHours(cells: Cells): HeatmapParts {
  const { t, format } = useI18n();
  const max = Math.max(0, ...cells.map(({ responses }) => responses));
  const most = cells.find(({ responses }) => responses === max);
  const option = useCallback(
    (colors: Colors) =>
      heatmapOption({
        cells,
        value: ({ responses }) => responses,
        range: { low: 0, high: Math.max(max, 1) },
        isFromNothing: true,
        isPressable: true,
        about: ({ responses }) => ({ name: t.charts.responses(responses), value: format.count(responses) }),
        format,
        colors,
      }),
    [cells, max, t, format],
  );
  const responsesAt = useMemo(() => new Map(cells.map((cell) => [placeKey(cell), cell.responses])), [cells]);
  const openCell = useCallback(
    (hour: number, row: number) => {
      const weekday = row + 1;
      if (responsesAt.get(placeKey({ weekday, hour })))
        openMessages({ counted: { kind: "reply", weekday, hour }, row: {} });
    },
    [responsesAt],
  );
  return {
    title: t.charts.heatmap,
    definition: "CampaignAnalytics.responseHeatmap",
    option,
    chart:
      most && max > 0 ? (
        <>
          <Chart label={t.charts.heatmap} option={option} onPress={openCell} />
          <p className={classes.scale}>
            {format.count(0)} <i aria-hidden="true" />{" "}
            {t.charts.most(
              `${format.count(max)} ${t.charts.responses(max)}`,
              `${format.weekday(most.weekday)} ${format.hour(most.hour)}`,
            )}
          </p>
        </>
      ) : (
        <p className={classes.nothing}>{t.charts.noResponses}</p>
      ),
    table: () => ({
      head: [t.charts.hour, ...WEEKDAYS.map(format.weekday)],
      cells: HOURS.map((hour) => [
        format.hour(hour),
        ...WEEKDAYS.map((weekday) => responsesAt.get(placeKey({ weekday, hour })) ?? 0),
      ]),
      rows: HOURS.map((hour) => [
        format.hour(hour),
        ...WEEKDAYS.map((weekday) => {
          const count = responsesAt.get(placeKey({ weekday, hour })) ?? 0;
          return (
            <MessagesButton
              counted={{ kind: "reply", weekday, hour }}
              shown={format.count(count)}
              count={count}
              of={t.messages.at(format.longWeekday(weekday), format.hour(hour))}
            />
          );
        }),
      ]),
    }),
  };
}
