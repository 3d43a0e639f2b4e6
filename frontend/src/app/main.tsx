import "@fontsource-variable/inter/index.css";
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "./theme.css";
import { createRoot } from "react-dom/client";
import { followPrinting } from "../lib/printing";
import { App } from "./App";
import { AppProviders } from "./AppProviders";

followPrinting();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
createRoot(root).render(
  <AppProviders>
    <App />
  </AppProviders>,
);
