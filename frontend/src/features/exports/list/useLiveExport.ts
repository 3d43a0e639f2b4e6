import { useEffect, useEffectEvent, useState } from "react";
import { useApi } from "../../../api/ApiProvider";
import { ExportUpdatedDocument, type ExportRowFragment } from "../../../api/generated/operations";
import { isActive } from "../status";
import { useReloadExports } from "../useReloadExports";

/** Follow an export of the list while it is active: return its newest state, and reload the list when it has ended. */
export function useLiveExport(listed: ExportRowFragment): ExportRowFragment {
  const api = useApi();
  const [update, setUpdate] = useState<ExportRowFragment>();
  const isFollowed = isActive(listed.status);
  useEffect(() => {
    if (!isFollowed) return;
    return api.subscribe(ExportUpdatedDocument, { id: listed.id }, ({ exportUpdated }) => setUpdate(exportUpdated));
  }, [api, listed.id, isFollowed]);

  const current = isFollowed ? (update ?? listed) : listed;
  const hasEnded = isFollowed && !isActive(current.status);
  const onEnded = useEffectEvent(useReloadExports());
  useEffect(() => {
    if (hasEnded) onEnded();
  }, [hasEnded]);
  return current;
}
