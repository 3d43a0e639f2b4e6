import "graphiql/setup-workers/vite";
import "@fontsource-variable/inter/index.css";
import "@mantine/core/styles.css";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./theme.css";
import { createRoot } from "react-dom/client";
import { Surroundings } from "./AppProviders";
import { Explorer } from "../features/graphiql/GraphiQLPage";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
createRoot(root).render(
  <Surroundings>
    <Explorer />
  </Surroundings>,
);
