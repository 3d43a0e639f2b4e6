import { Route, Switch } from "wouter";
import { ApiProvider } from "../api/ApiProvider";
import { AnalyticsPage } from "../features/analytics/AnalyticsPage";
import { usePrefetchedView } from "../features/analytics/viewQuery";
import { ToastProvider } from "../components/toasts/ToastProvider";
import { ExportFollower } from "../features/exports/progress/ExportFollower";
import { ExportsPage } from "../features/exports/list/ExportsPage";
import { useSession } from "../features/session/SessionProvider";
import { ViewerProvider } from "../features/session/ViewerProvider";
import { Shell } from "./frame/Shell";

/** The pages of a reader who is signed in. */
export function App() {
  const { session, rejectToken } = useSession();
  return (
    <ApiProvider credentials={session} onTokenRejected={rejectToken}>
      <Pages />
    </ApiProvider>
  );
}

function Pages() {
  usePrefetchedView();
  return (
    <ViewerProvider>
      <ToastProvider>
        <ExportFollower>
          <Shell>
            <Switch>
              <Route path="/" component={AnalyticsPage} />
              <Route path="/exports" component={ExportsPage} />
            </Switch>
          </Shell>
        </ExportFollower>
      </ToastProvider>
    </ViewerProvider>
  );
}
