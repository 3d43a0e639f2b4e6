import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { useComputedColorScheme } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useMemo } from "react";
import { authorizationOf, connect } from "../../api/connection";
import { useSession } from "../session/SessionProvider";
import { Brand } from "../../components/Logo";
import { useTexts } from "../../i18n/I18nProvider";
import classes from "./GraphiQLPage.module.css";
import { examples } from "./examples";
import { memoryOf } from "./memoryStorage";

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];

/** Whether an answer is that the token is not good (any more). Its status need not say so. */
async function refusesToken(answer: Response): Promise<boolean> {
  const told = (await answer.json().catch(() => null)) as { errors?: { extensions?: { code?: unknown } }[] } | null;
  return told?.errors?.some((error) => error.extensions?.code === "UNAUTHENTICATED") ?? false;
}

/** GraphiQL, signed in as the viewer. The token goes with each request and is not among what GraphiQL keeps. */
export function Explorer() {
  const { t } = useTexts();
  const { stay, refused } = useSession();
  const appearance = useComputedColorScheme("light", { getInitialValueInEffect: false });
  useDocumentTitle(t.titled(t.nav.graphiql));
  const fetcher = useMemo(() => {
    const { url, socket, fetch } = connect(stay);
    return createGraphiQLFetcher({
      url,
      enableIncrementalDelivery: false, // the API has none, and with it `fetch` would not be asked
      fetch: async (address, request) => {
        const { token } = stay;
        const headers = { authorization: authorizationOf(stay), ...(request?.headers as Record<string, string>) };
        const answer = await fetch(address, { ...request, headers });
        if (await refusesToken(answer.clone())) refused(token);
        return answer;
      },
      wsClient: socket,
    });
  }, [stay, refused]);
  const memory = useMemo(() => memoryOf(stay), [stay]);
  return (
    <main className={classes.page}>
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        defaultQuery={examples(new Date())}
        shouldPersistHeaders={false}
        forcedTheme={appearance}
        storage={memory}
      >
        <GraphiQL.Logo>
          <Brand />
        </GraphiQL.Logo>
      </GraphiQL>
    </main>
  );
}
