import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconFileDownload, IconRefresh } from "@tabler/icons-react";
import { memo, useDeferredValue, useMemo, useState } from "react";
import { ViewDocument, type ViewQuery } from "../../api/generated/operations";
import { useAnswer } from "../../api/useAnswer";
import { ExportDialog } from "../exports/ExportDialog";
import { useViewer } from "../session/ViewerProvider";
import { Heading } from "../../app/Shell";
import { Notice } from "../../components/states/Banner";
import { State, TroubleState } from "../../components/states/EmptyState";
import { useTexts } from "../../i18n/I18nProvider";
import classes from "./AnalyticsPage.module.css";
import { length } from "../../lib/days";
import { FilterBar } from "./filters/FilterBar";
import { FiltersInPrint } from "./filters/PrintedFilters";
import { toInput, type Filters, type Kind, type Names } from "./filters/filters";
import { Funnel } from "./funnel/Funnel";
import { Heatmap } from "./responses/ResponseHeatmap";
import { Hours } from "./responses/ResponsesByHour";
import { NotYours } from "./ForbiddenDepartments";
import { ResponseTime } from "./responses/ResponseTime";
import { Series } from "./series/SeriesChart";
import { DetailSkeletons, Skeletons } from "./Skeletons";
import { Tables } from "./tables/PerformanceTables";
import { useFilters } from "./filters/useFilters";
import { useRefreshing } from "../../hooks/useRefreshing";
import { viewOf } from "./viewQuery";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

/** The view "Envíos individuales". */
export function Analytics() {
  const { t, f } = useTexts();
  const { timeZone } = useViewer().viewer;
  const [filters, change] = useFilters();
  const [exporting, setExporting] = useState(false);
  const { limits } = useViewer();
  const filter = useMemo(() => toInput(filters), [filters]);
  const tooLong = length(filters) > limits.rangeDays;
  const { data, at, waiting, asking, trouble, retry } = useAnswer(ViewDocument, viewOf(filters), { pause: tooLong });
  useRefreshing(tooLong ? undefined : at, retry);
  const numbers = data?.campaignAnalytics ?? undefined;
  const known = useMemo(() => namesOf(data), [data]);
  const showing = numbers && !tooLong && (!trouble || trouble.kind === "offline");

  return (
    <>
      <Heading path={[t.nav.section, t.nav.module]} title={t.nav.sends}>
        <div className={classes.actions}>
          {showing && at && <span className={classes.updated}>{t.states.updated(f.time(at, timeZone))}</span>}
          <Tooltip label={t.states.refresh}>
            <ActionIcon
              className="no-print"
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t.states.refresh}
              loading={asking}
              disabled={tooLong}
              onClick={retry}
            >
              <IconRefresh size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Button
            className="no-print"
            leftSection={<IconFileDownload size={18} stroke={1.6} />}
            disabled={!showing}
            onClick={() => setExporting(true)}
          >
            {t.exporting.open}
          </Button>
        </div>
      </Heading>
      <FilterBar filters={filters} known={known} change={change} />
      <FiltersInPrint filters={filters} known={known} />
      {trouble && showing && at && (
        <Notice text={t.states.offlineStale(f.time(at, timeZone))} action={t.states.retry} onAction={retry} />
      )}
      {showing ? (
        <Body numbers={numbers} filters={filters} filter={filter} waiting={waiting} />
      ) : tooLong ? (
        <State title={t.filters.tooLong(f.count(limits.rangeDays))}>
          <Button variant="light" onClick={() => change({ period: "last30" })}>
            {t.filters.periods.last30}
          </Button>
        </State>
      ) : !trouble ? (
        <Skeletons />
      ) : trouble.kind === "forbidden" && filters.departments.length > 0 ? (
        <NotYours onDrop={() => change({ departments: [] })} />
      ) : (
        <TroubleState kind={trouble.kind} message={trouble.message} retry={retry} />
      )}
      {exporting && numbers && (
        <ExportDialog
          filter={filter}
          days={filters}
          rows={numbers.funnel.messages}
          onClose={() => setExporting(false)}
        />
      )}
    </>
  );
}

type Asked = { numbers: Numbers; filters: Filters; filter: ReturnType<typeof toInput> };

/** The funnel at once, and the details as soon as the browser has time: they take several times as long to show. */
function Body({ numbers, filters, filter, waiting }: Asked & { waiting: boolean }) {
  const { t } = useTexts();
  const { viewer } = useViewer();
  const newest = useMemo(() => ({ numbers, filters, filter }), [numbers, filters, filter]);
  const shown = useDeferredValue<Asked | null>(newest, null);
  return (
    <div className={classes.numbers} data-waiting={waiting || undefined} aria-busy={waiting || shown !== newest}>
      {viewer.departments?.length === 0 ? (
        <State title={t.states.noDepartments} about={t.states.noDepartmentsAbout} />
      ) : numbers.funnel.messages === 0 ? (
        <State title={t.states.empty} about={t.states.emptyAbout} />
      ) : (
        <div className={classes.parts}>
          <div data-area="funnel">
            <Funnel numbers={numbers} filter={filter} />
          </div>
          {shown ? <Details {...shown} /> : <DetailSkeletons />}
        </div>
      )}
    </div>
  );
}

const Details = memo(function Details({ numbers, filters, filter }: Asked) {
  const key = JSON.stringify(filter); // what one chose in a part is of its filter only
  return (
    <>
      <Series key={`series ${key}`} first={numbers.timeSeries} days={filters} filter={filter} />
      <ResponseTime times={numbers.responseTime} before={numbers.previousPeriod?.responseTime} />
      <Hours rows={numbers.responsesByHour} />
      <Heatmap cells={numbers.responseHeatmap} />
      <Tables key={`tables ${key}`} numbers={numbers} filter={filter} />
    </>
  );
});

/** The names of what is chosen, by id, which come with the numbers. */
function namesOf(data: ViewQuery | undefined): Names {
  const named = (kind: Kind) => new Map(data?.[kind]?.nodes.map(({ id, name }) => [id, name]));
  return {
    templates: named("templates"),
    accounts: named("accounts"),
    departments: named("departments"),
    agents: named("agents"),
  };
}
