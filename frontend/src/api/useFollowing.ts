import { useEffect, useRef } from "react";

/** Ask again each time there is a newer `leader`: parts of a view that was asked for anew must not stay behind. */
export function useFollowing(leader: object, active: boolean, retry: () => void): void {
  const seen = useRef(leader);
  useEffect(() => {
    if (seen.current === leader) return;
    seen.current = leader;
    if (active) retry();
  }, [leader, active, retry]);
}
