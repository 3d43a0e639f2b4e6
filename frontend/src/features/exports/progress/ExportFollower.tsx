import { Button } from "@mantine/core";
import { createContext, use, useCallback, useEffect, useEffectEvent, useMemo, useState, type ReactNode } from "react";
import { Link } from "wouter";
import { useApi } from "../../../api/ApiProvider";
import { ExportStateDocument, ExportUpdatedDocument, type ExportRowFragment } from "../../../api/generated/operations";
import { useStableQuery } from "../../../api/useStableQuery";
import { useToasts } from "../../../components/toasts/ToastProvider";
import { useI18n } from "../../../i18n/I18nProvider";
import { useSession } from "../../session/SessionProvider";
import { isActive } from "../status";
import { useDownload } from "../useDownload";
import { readFollowed, writeFollowed } from "./followedStorage";

const PREPARING_LIFETIME = 8_000; // milliseconds
const REFRESH_INTERVAL = 15_000; // milliseconds: for events that were lost

type Follow = (export_: { id: string; name: string }) => void;

const FollowContext = createContext<Follow | null>(null);

/** Wait for the exports that the reader asked for, on whatever page they are, and say so when one has ended. */
export function ExportFollower({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const { session } = useSession();
  const { show } = useToasts();
  const [ids, setIds] = useState(() => readFollowed(session));
  useEffect(() => writeFollowed(session, ids), [session, ids]);
  const follow = useCallback<Follow>(
    ({ id, name }) => {
      setIds((followed) => (followed.includes(id) ? followed : [...followed, id]));
      show({ id, text: t.exports.preparing(name), action: <SeeExports id={id} />, lifetime: PREPARING_LIFETIME });
    },
    [show, t],
  );
  const forget = useCallback((id: string) => setIds((followed) => followed.filter((other) => other !== id)), []);
  const followed = useMemo(() => ids.map((id) => <Followed key={id} id={id} onEnd={forget} />), [ids, forget]);
  return (
    <FollowContext value={follow}>
      {children}
      {followed}
    </FollowContext>
  );
}

/** Return the function that tells the reader that an export is being made, and again when it has ended. */
export function useFollowExport(): Follow {
  const follow = use(FollowContext);
  if (!follow) throw new Error("useFollowExport needs an ExportFollower around it");
  return follow;
}

/** One export that is waited for: by its events, and by asking at intervals. It shows nothing in its place. */
function Followed({ id, onEnd }: { id: string; onEnd: (id: string) => void }) {
  const { t } = useI18n();
  const api = useApi();
  const { show, dismiss } = useToasts();
  const [update, setUpdate] = useState<ExportRowFragment>();
  const { answer } = useStableQuery(ExportStateDocument, { id }, { staleTime: 0, refetchInterval: REFRESH_INTERVAL });
  useEffect(
    () => api.subscribe(ExportUpdatedDocument, { id }, ({ exportUpdated }) => setUpdate(exportUpdated)),
    [api, id],
  );
  const onEnded = useEffectEvent((ended: ExportRowFragment | null) => {
    onEnd(id);
    if (ended?.status === "COMPLETED")
      show({ id, text: t.exports.ready(ended.name), action: <Download id={id} name={ended.name} />, isInTitle: true });
    else if (ended?.status === "FAILED")
      show({ id, text: t.exports.failedNotice(ended.name), action: <SeeExports id={id} />, isBad: true });
    else dismiss(id); // whoever canceled or deleted it knows
  });
  const state = [update, answer?.data.export].find((one) => one && !isActive(one.status));
  const isGone = answer?.data.export === null;
  useEffect(() => {
    if (state) onEnded(state);
    else if (isGone) onEnded(null);
  }, [state, isGone]);
  return null;
}

function SeeExports({ id }: { id: string }) {
  const { t } = useI18n();
  const { dismiss } = useToasts();
  return (
    <Button component={Link} href="/exports" variant="subtle" size="compact-sm" onClick={() => dismiss(id)}>
      {t.exports.see}
    </Button>
  );
}

function Download({ id, name }: { id: string; name: string }) {
  const { t } = useI18n();
  const { show, dismiss } = useToasts();
  const download = useDownload(id, (failure) =>
    failure === undefined ? dismiss(id) : show({ id, text: failure, action: <SeeExports id={id} />, isBad: true }),
  );
  return (
    <Button variant="light" size="compact-sm" aria-label={t.exports.named(t.exports.download, name)} onClick={download}>
      {t.exports.download}
    </Button>
  );
}
