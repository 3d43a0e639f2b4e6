import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createClient as createSocket } from "graphql-ws";
import { useMemo } from "react";
import { useSession } from "../session/Session";
import { Brand } from "../shell/Brand";
import classes from "./Explorer.module.css";
import { examples } from "./examples";

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];

/** GraphiQL, signed in as the viewer. The token goes with each request and is not among what GraphiQL keeps. */
export function Explorer() {
  const { token } = useSession();
  const fetcher = useMemo(() => {
    const address = new URL("/graphql", location.href).href;
    const authorization = `Bearer ${token}`;
    return createGraphiQLFetcher({
      url: address,
      headers: { authorization },
      wsClient: createSocket({
        url: address.replace(/^http/, "ws"),
        connectionParams: { Authorization: authorization },
      }),
    });
  }, [token]);
  return (
    <main className={classes.page}>
      <GraphiQL fetcher={fetcher} plugins={plugins} defaultQuery={examples(new Date())} shouldPersistHeaders={false}>
        <GraphiQL.Logo>
          <Brand />
        </GraphiQL.Logo>
      </GraphiQL>
    </main>
  );
}
