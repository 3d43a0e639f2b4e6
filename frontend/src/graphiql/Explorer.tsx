import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { useComputedColorScheme } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createClient as createSocket } from "graphql-ws";
import { useMemo } from "react";
import { useSession } from "../session/Session";
import { Brand } from "../shell/Brand";
import { isBlocked } from "../storage";
import { useTexts } from "../texts";
import classes from "./Explorer.module.css";
import { examples } from "./examples";
import { memory } from "./memory";

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];
const blocked = isBlocked("localStorage");

/** Whether an answer is that the token is not good (any more). Its status need not say so. */
async function refusesToken(answer: Response): Promise<boolean> {
  const told = (await answer.json().catch(() => null)) as { errors?: { extensions?: { code?: unknown } }[] } | null;
  return told?.errors?.some((error) => error.extensions?.code === "UNAUTHENTICATED") ?? false;
}

/** GraphiQL, signed in as the viewer. The token goes with each request and is not among what GraphiQL keeps. */
export function Explorer() {
  const { t } = useTexts();
  const { token, refused } = useSession();
  const appearance = useComputedColorScheme("light", { getInitialValueInEffect: false });
  useDocumentTitle(t.titled(t.nav.graphiql));
  const fetcher = useMemo(() => {
    const address = new URL("/graphql", location.href).href;
    const authorization = `Bearer ${token}`;
    return createGraphiQLFetcher({
      url: address,
      headers: { authorization },
      enableIncrementalDelivery: false, // the API has none, and with it `fetch` would not be asked
      fetch: async (...request) => {
        const answer = await fetch(...request);
        if (await refusesToken(answer.clone())) refused();
        return answer;
      },
      wsClient: createSocket({
        url: address.replace(/^http/, "ws"),
        connectionParams: { Authorization: authorization },
      }),
    });
  }, [token, refused]);
  return (
    <main className={classes.page}>
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        defaultQuery={examples(new Date())}
        shouldPersistHeaders={false}
        forcedTheme={appearance}
        {...(blocked && { storage: memory })}
      >
        <GraphiQL.Logo>
          <Brand />
        </GraphiQL.Logo>
      </GraphiQL>
    </main>
  );
}
