import { useEffect, useMemo } from "react";
import { Provider } from "urql";
import { Route, Switch } from "wouter";
import { createClient } from "./api/client";
import { Analytics } from "./analytics/Analytics";
import { askEarly } from "./analytics/view";
import { Exports } from "./exports/Exports";
import { useSession } from "./session/Session";
import { ViewerProvider } from "./session/Viewer";
import { Shell } from "./shell/Shell";

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
