import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { ExportsDocument, type ExportStatus } from "../../../api/generated/operations";
import { useStableQuery } from "../../../api/useStableQuery";
import { PageHeader } from "../../../components/PageHeader";
import { Pager, usePaging } from "../../../components/Pager";
import { Banner } from "../../../components/states/Banner";
import { EmptyState } from "../../../components/states/EmptyState";
import { ErrorState } from "../../../components/states/ErrorState";
import { Loading } from "../../../components/states/Loading";
import { useI18n } from "../../../i18n/I18nProvider";
import { useViewer } from "../../session/ViewerProvider";
import { ExportTable } from "./ExportTable";
import classes from "./ExportTable.module.css";

const PAGE_SIZE = 20; // rows
const REFRESH_INTERVAL = 10_000; // milliseconds; single exports report by subscription, new ones do not

const GROUPS: Record<"all" | "active" | "ready" | "other", ExportStatus[] | null> = {
  all: null,
  active: ["QUEUED", "RUNNING", "CANCELING"],
  ready: ["COMPLETED"],
  other: ["FAILED", "CANCELED", "EXPIRED"],
};

type Group = keyof typeof GROUPS;

/** The page "Exportaciones": the exports, their progress, and their files. */
export function ExportsPage() {
  const { t, format } = useI18n();
  const { viewer } = useViewer();
  const [group, setGroup] = useState<Group>("all");
  const paging = usePaging();
  const variables = { status: GROUPS[group], first: PAGE_SIZE, after: paging.after };
  const { answer, error, refetch } = useStableQuery(ExportsDocument, variables, {
    staleTime: 0,
    refetchInterval: REFRESH_INTERVAL,
  });
  const list = answer?.data.exports;
  const groupNames: Record<Group, string> = { all: t.exports.all, ...t.exports.groups };
  return (
    <>
      <PageHeader
        path={viewer.role === "ADMINISTRATOR" ? [t.nav.administration] : []}
        title={t.exports.title}
        about={t.exports.about}
      >
        <SegmentedControl
          classNames={{ label: classes.group ?? "" }}
          aria-label={t.exports.statusFilter}
          value={group}
          onChange={(chosen) => {
            setGroup(chosen);
            paging.reset();
          }}
          data={(Object.keys(GROUPS) as Group[]).map((value) => ({ value, label: groupNames[value] }))}
        />
      </PageHeader>
      {error && list && (
        <Banner
          text={t.states.offlineStale(format.time(answer.receivedAt, viewer.timeZone))}
          action={t.states.retry}
          onAction={refetch}
        />
      )}
      {list && list.nodes.length > 0 && (
        <>
          <ExportTable exports={list.nodes} showRequester={viewer.role === "ADMINISTRATOR"} />
          <Pager title={t.exports.title} rows={list} size={PAGE_SIZE} paging={paging} />
        </>
      )}
      {list?.nodes.length === 0 && group === "all" && (
        <EmptyState title={t.exports.empty} about={t.exports.emptyAbout} />
      )}
      {list?.nodes.length === 0 && group !== "all" && <EmptyState title={t.exports.emptyGroup} />}
      {!list && error && <ErrorState error={error} retry={refetch} />}
      {!list && !error && <Loading />}
    </>
  );
}
