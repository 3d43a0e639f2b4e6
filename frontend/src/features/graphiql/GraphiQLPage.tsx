import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { useComputedColorScheme } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useMemo } from "react";
import { authorization, connect } from "../../api/connection";
import { errorCode, type ResponseError } from "../../api/errors";
import { Logo } from "../../components/Logo";
import { useI18n } from "../../i18n/I18nProvider";
import { useSession } from "../session/SessionProvider";
import { exampleQueries } from "./examples";
import classes from "./GraphiQLPage.module.css";
import { createStorage } from "./editorStorage";

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];

/** Return whether the API refused the token. The status need not say so. */
async function isTokenRejected(response: Response): Promise<boolean> {
  const body = (await response.json().catch(() => null)) as { errors?: ResponseError[] } | null;
  return body?.errors?.some((error) => errorCode(error) === "UNAUTHENTICATED") ?? false;
}

/** GraphiQL, signed in as the reader. The token goes with each request; GraphiQL stores no copy of it. */
export function GraphiQLPage() {
  const { t } = useI18n();
  const { session, rejectToken } = useSession();
  const colorScheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
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
    <main className={classes.page}>
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        defaultQuery={exampleQueries(new Date())}
        shouldPersistHeaders={false}
        forcedTheme={colorScheme}
        storage={storage}
      >
        <GraphiQL.Logo>
          <Logo />
        </GraphiQL.Logo>
      </GraphiQL>
    </main>
  );
}
