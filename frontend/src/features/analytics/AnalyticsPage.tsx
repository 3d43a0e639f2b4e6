import { Button, Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { ViewDocument, type CampaignAnalyticsFilter, type ViewQuery } from "../../api/generated/operations";
import { useStableQuery } from "../../api/useStableQuery";
import { PageHeader } from "../../components/PageHeader";
import { Banner } from "../../components/states/Banner";
import { EmptyState } from "../../components/states/EmptyState";
import { ErrorState } from "../../components/states/ErrorState";
import { useIsOffScreen } from "../../hooks/useIsOffScreen";
import { useI18n } from "../../i18n/I18nProvider";
import { countDays, type Days } from "../../lib/dates/days";
import { followPrintKey } from "../../lib/printing";
import { ExportDialog } from "../exports/dialog/ExportDialog";
import { useViewer } from "../session/ViewerProvider";
import classes from "./AnalyticsPage.module.css";
import { comparableWith, comparisonOf } from "./comparison/comparison";
import { ComparisonChoice } from "./comparison/ComparisonChoice";
import { choiceOf, withChoice } from "./filters/changes";
import { FilterBar } from "./filters/FilterBar";
import { isFiltered, NO_VALUES, toFilterInput, type FilterKind, type Filters, type Names } from "./filters/filters";
import { selectionOf, unknownKinds } from "./scope/selection";
import { PrintedFilters } from "./scope/PrintedFilters";
import { CLICKED, useBackspace, useFilters } from "./filters/useFilters";
import { useScope } from "./scope/useScope";
import { useZone } from "./scope/useZone";
import { ForbiddenDepartments } from "./ForbiddenDepartments";
import { Funnel } from "./funnel/Funnel";
import { PrintedReasons } from "./funnel/bounces/PrintedReasons";
import { ViewKeys } from "./keys/ViewKeys";
import { MessagesHost } from "./messages/MessagesHost";
import { Answers } from "./responses/answers/Answers";
import { ResponseHeatmap } from "./responses/heatmap/ResponseHeatmap";
import { ResponsesByHour } from "./responses/ResponsesByHour";
import { ResponseTime } from "./responses/ResponseTime";
import { SeriesChart } from "./series/SeriesChart";
import { DetailSkeletons, Skeletons } from "./Skeletons";
import { PerformanceTables } from "./tables/PerformanceTables";
import { ViewActions } from "./ViewActions";
import { viewVariables } from "./viewQuery";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

const REFRESH_INTERVAL = 300_000; // milliseconds, while somebody looks

/** The page "Envíos individuales". */
export function AnalyticsPage() {
  const { t, format } = useI18n();
  const { viewer, limits } = useViewer();
  const { filters, changeFilters, foreign, hasWrongDates } = useFilters();
  const zone = useZone();
  useBackspace();
  const queries = useQueryClient();
  useEffect(() => followPrintKey(() => queries.isFetching() > 0), [queries]);
  const [isExporting, setIsExporting] = useState(false);
  const filter = useMemo(() => toFilterInput(filters), [filters]);
  const isTooLong = countDays(filters) > limits.rangeDays;
  const { answer, isPending, isFetching, error, refetch } = useStableQuery(ViewDocument, viewVariables(filters), {
    enabled: !isTooLong,
    refetchInterval: REFRESH_INTERVAL,
  });
  const names = useMemo(() => namesOf(answer?.data), [answer?.data]);
  const numbers = answer?.data.campaignAnalytics ?? undefined;
  const isShown = numbers && !isTooLong && (!error || error.kind === "offline");
  const time = answer && format.time(answer.receivedAt, viewer.timeZone);
  const actionsRef = useRef<HTMLDivElement>(null);
  const areActionsAway = useIsOffScreen(actionsRef);
  const actions = {
    isLoading: isFetching,
    canRefresh: !isTooLong,
    canExport: Boolean(isShown),
    onRefresh: refetch,
    onExport: () => setIsExporting(true),
  };

  return (
    <>
      <PageHeader path={[t.nav.section, t.nav.module]} title={t.nav.sends} about={useScope()}>
        <div ref={actionsRef} className={classes.actions} data-away={areActionsAway || undefined}>
          {isShown && time && <span className={classes.updated}>{t.states.updated(t.states.zoned(time, zone))}</span>}
          <ViewActions {...actions} />
        </div>
      </PageHeader>
      <ViewKeys filters={filters} onChange={changeFilters} />
      <FilterBar filters={filters} names={names} onChange={changeFilters}>
        {areActionsAway && <ViewActions {...actions} isCompact />}
      </FilterBar>
      <PrintedFilters filters={filters} names={names} />
      {hasWrongDates && (
        <Banner
          isNews
          text={t.filters.wrongDates}
          action={t.filters.dismiss}
          onAction={() => changeFilters({}, { replace: true })}
        />
      )}
      {foreign.length > 0 && (
        <Banner
          isNews
          text={t.filters.foreign(foreign.length)}
          action={t.filters.dismiss}
          onAction={() => changeFilters({}, { replace: true })}
        />
      )}
      {error && isShown && time && (
        <Banner text={t.states.offlineStale(time)} action={t.states.retry} onAction={refetch} />
      )}
      {isShown ? (
        <Content
          numbers={numbers}
          filters={filters}
          filter={filter}
          receivedAt={answer?.receivedAt ?? 0}
          isPending={isPending}
          unknown={isPending ? [] : unknownKinds(filters, names).map((kind) => t.filters.unknown[kind].toLowerCase())}
        />
      ) : isTooLong ? (
        <EmptyState title={t.filters.tooLong(limits.rangeDays, format.count(limits.rangeDays))}>
          <Button variant="light" onClick={() => changeFilters({ period: "last30" })}>
            {t.filters.periods.last30}
          </Button>
        </EmptyState>
      ) : !error ? (
        <Skeletons />
      ) : error.kind === "forbidden" && choiceOf(filters, "departments").ids.length > 0 ? (
        <ForbiddenDepartments
          onDrop={() => changeFilters(withChoice(filters, "departments", { ids: [], isExcluded: false }))}
        />
      ) : (
        <ErrorState error={error} retry={refetch} />
      )}
      {numbers && !isTooLong && <MessagesHost filter={filter} />}
      {isExporting && numbers && (
        <ExportDialog
          filter={filter}
          days={filters}
          selection={selectionOf(t, format, filters, names)}
          rows={numbers.funnel.messages}
          onClose={() => setIsExporting(false)}
        />
      )}
    </>
  );
}

/** The ways out of a view without messages. */
function EmptyActions() {
  const { t } = useI18n();
  const { filters, changeFilters } = useFilters();
  return (
    <Group>
      {isFiltered(filters) && (
        <Button variant="light" onClick={() => changeFilters(NO_VALUES)}>
          {t.filters.clear}
        </Button>
      )}
      {filters.period !== "last30" && (
        <Button variant="light" onClick={() => changeFilters({ period: "last30" })}>
          {t.filters.periods.last30}
        </Button>
      )}
    </Group>
  );
}

type View = { numbers: Numbers; filters: Filters; filter: CampaignAnalyticsFilter; receivedAt: number };

type ContentProps = View & {
  isPending: boolean;
  /** The words for chosen values that nobody knows. */
  unknown: string[];
};

/** The funnel at once, and the details when the browser has time: they take several times as long to render. */
function Content({ numbers, filters, filter, receivedAt, isPending, unknown }: ContentProps) {
  const { t, format } = useI18n();
  const { viewer } = useViewer();
  const view = useMemo(() => ({ numbers, filters, filter, receivedAt }), [numbers, filters, filter, receivedAt]);
  const deferredView = useDeferredValue<View | null>(view, null);
  return (
    <div
      className={classes.numbers}
      data-waiting={isPending || undefined}
      aria-busy={isPending || deferredView !== view}
    >
      {viewer.departments?.length === 0 ? (
        <EmptyState title={t.states.noDepartments} about={t.states.noDepartmentsAbout} />
      ) : numbers.funnel.messages === 0 ? (
        <EmptyState
          title={unknown.length > 0 ? t.states.unknown(format.list(unknown)) : t.states.empty}
          about={unknown.length > 0 ? t.states.unknownAbout : t.states.emptyAbout}
        >
          <EmptyActions />
        </EmptyState>
      ) : (
        <div className={classes.parts}>
          <div data-area="funnel">
            <Funnel
              numbers={numbers}
              filter={filter}
              note={
                <ComparisonChoice earlier={numbers.previousPeriod ?? undefined} timeZone={numbers.period.timeZone} />
              }
            />
            <PrintedReasons key={JSON.stringify(filter)} filter={filter} />
          </div>
          {deferredView ? <Details {...deferredView} /> : <DetailSkeletons />}
        </div>
      )}
    </div>
  );
}

const Details = memo(function Details({ numbers, filters, filter, receivedAt }: View) {
  const { changeFilters } = useFilters();
  const onDays = useCallback(
    (days: Days) => changeFilters({ ...days, period: null }, { state: CLICKED }),
    [changeFilters],
  );
  const earlier = comparableWith(numbers);
  const filterKey = JSON.stringify(filter); // what a reader chose in a part holds for its filter only
  return (
    <>
      <SeriesChart
        key={`series ${filterKey}`}
        initialPoints={numbers.timeSeries}
        days={filters}
        filter={filter}
        earlier={earlier}
        comparison={comparisonOf(filters)}
        viewReceivedAt={receivedAt}
        onDays={onDays}
      />
      <ResponseTime times={numbers.responseTime} earlier={earlier} />
      <ResponsesByHour rows={numbers.responsesByHour} days={filters} />
      <ResponseHeatmap cells={numbers.responseHeatmap} days={filters} filter={filter} viewReceivedAt={receivedAt} />
      <Answers filter={filter} responded={numbers.funnel.responded.count} viewReceivedAt={receivedAt} />
      <PerformanceTables
        numbers={numbers}
        comparison={comparisonOf(filters)}
        filter={filter}
        viewReceivedAt={receivedAt}
      />
    </>
  );
});

/** Collect the names of the chosen values, which come with the numbers. */
function namesOf(view: ViewQuery | undefined): Names {
  const byId = (kind: FilterKind) => new Map(view?.[kind]?.nodes.map(({ id, name }) => [id, name]));
  return {
    templates: byId("templates"),
    accounts: byId("accounts"),
    departments: byId("departments"),
    agents: byId("agents"),
  };
}
