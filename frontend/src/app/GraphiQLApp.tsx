import { ApiProvider } from "../api/ApiProvider";
import { GraphiQLPage } from "../features/graphiql/GraphiQLPage";
import { useSession } from "../features/session/SessionProvider";
import { ViewerProvider } from "../features/session/ViewerProvider";
import { Header } from "./frame/Header";

/** GraphiQL under the bar of the other pages, which lead away from it. */
export function GraphiQLApp() {
  const { session, rejectToken } = useSession();
  return (
    <ApiProvider credentials={session} onTokenRejected={rejectToken}>
      <ViewerProvider>
        <GraphiQLPage header={<Header isView={false} />} />
      </ViewerProvider>
    </ApiProvider>
  );
}
