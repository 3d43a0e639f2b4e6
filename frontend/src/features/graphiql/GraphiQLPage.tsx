import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { useComputedColorScheme, VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useMemo, type ReactNode } from "react";
import { authorization, connect } from "../../api/connection";
import { errorCode, type ResponseError } from "../../api/errors";
import { useI18n } from "../../i18n/I18nProvider";
import { currentDay } from "../../lib/dates/days";
import { useSession } from "../session/SessionProvider";
import { useViewer } from "../session/ViewerProvider";
import { exampleQueries } from "./examples";
import classes from "./GraphiQLPage.module.css";
import { createStorage } from "./editorStorage";
import { useWrappedLines } from "./useWrappedLines";

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];

/** Return whether the API refused the token. The status need not say so. */
async function isTokenRejected(response: Response): Promise<boolean> {
  const body = (await response.json().catch(() => null)) as { errors?: ResponseError[] } | null;
  return body?.errors?.some((error) => errorCode(error) === "UNAUTHENTICATED") ?? false;
}

/** GraphiQL, signed in as the reader. The token goes with each request; GraphiQL stores no copy of it. */
export function GraphiQLPage({ header }: { header: ReactNode }) {
  const { t } = useI18n();
  const { session, rejectToken } = useSession();
  const colorScheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const { viewer } = useViewer();
  useWrappedLines();
  useDocumentTitle(t.titled(t.nav.graphiql));
  const fetcher = useMemo(() => {
    const { url, socket, fetch } = connect(session);
    return createGraphiQLFetcher({
      url,
      enableIncrementalDelivery: false, // the API has none, and with it GraphiQL would not use this `fetch`
      fetch: async (address, request) => {
        const { token } = session;
        const headers = { authorization: authorization(session), ...(request?.headers as Record<string, string>) };
        const response = await fetch(address, { ...request, headers });
        if (await isTokenRejected(response.clone())) rejectToken(token);
        return response;
      },
      wsClient: socket,
    });
  }, [session, rejectToken]);
  const storage = useMemo(() => createStorage(session), [session]);
  return (
    <div className={classes.page}>
      {header}
      <main className={classes.editor}>
        <VisuallyHidden component="h1">{t.nav.graphiql}</VisuallyHidden>
        <GraphiQL
          fetcher={fetcher}
          plugins={plugins}
          defaultQuery={exampleQueries(currentDay(viewer.timeZone))}
          shouldPersistHeaders={false}
          forcedTheme={colorScheme}
          storage={storage}
        >
          <GraphiQL.Logo>
            <></>
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </div>
  );
}
