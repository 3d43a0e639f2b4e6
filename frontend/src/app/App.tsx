import { useEffect, useMemo } from "react";
import { Provider } from "urql";
import { Route, Switch } from "wouter";
import { createClient } from "../api/client";
import { Analytics } from "../features/analytics/AnalyticsPage";
import { askEarly } from "../features/analytics/viewQuery";
import { Exports } from "../features/exports/ExportsPage";
import { useSession } from "../features/session/SessionProvider";
import { ViewerProvider } from "../features/session/ViewerProvider";
import { Shell } from "./Shell";

/** The pages of someone who is signed in. */
export function App() {
  const { stay, refused } = useSession();
  const client = useMemo(() => createClient(stay, refused), [stay, refused]);
  useEffect(() => askEarly(client, location), [client]);
  return (
    <Provider value={client}>
      <ViewerProvider>
        <Shell>
          <Switch>
            <Route path="/" component={Analytics} />
            <Route path="/exports" component={Exports} />
          </Switch>
        </Shell>
      </ViewerProvider>
    </Provider>
  );
}
