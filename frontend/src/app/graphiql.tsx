import "graphiql/setup-workers/vite";
import "@fontsource-variable/inter/index.css";
import "@mantine/core/styles.css";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./theme.css";
import { createRoot } from "react-dom/client";
import { AppProviders } from "./AppProviders";
import { GraphiQLApp } from "./GraphiQLApp";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
createRoot(root).render(
  <AppProviders>
    <GraphiQLApp />
  </AppProviders>,
);
