import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { documents } from "./build/documents";

// The service behind `npm run dev`: that of `make run`, unless another one is named.
const SERVICE = process.env.EMBUDO_URL ?? "http://127.0.0.1:8000";

const MIN_COMPRESSED_SIZE = 1024; // bytes

/** Write a gzip of each larger text file, so that the service need not compress while it answers. */
const compressed: Plugin = {
  name: "compressed",
  writeBundle({ dir = "" }, bundle) {
    for (const name of Object.keys(bundle).filter((file) => /\.(js|css)$/.test(file))) {
      const content = readFileSync(join(dir, name));
      if (content.length > MIN_COMPRESSED_SIZE) writeFileSync(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
  },
};

export default defineConfig({
  plugins: [react(), compressed, documents],
  build: {
    outDir: "../service/pages",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0, // the pages' policy allows no data: fonts
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4_000, // kB: GraphiQL's editor; the view's own budget is checked by build/budget.js
    rolldownOptions: { input: { view: "index.html", graphiql: "graphiql.html" } },
  },
  // Tests of modules that need no browser. Those in a browser, against a real service, are in tests/frontend.
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node", restoreMocks: true, unstubGlobals: true },
  worker: { format: "es" },
  // They import workers, which only Vite itself understands: what bundles dependencies for the server below fails at it.
  optimizeDeps: { exclude: ["graphiql/setup-workers/vite", "@graphiql/react/setup-workers/vite"] },
  server: {
    // The service is told the address that the browser asked: it signs in nobody from a page of another origin.
    proxy: Object.fromEntries(
      ["/graphql", "/session", "^/exports/.+/file", "^/(v1|webhooks|healthz|readyz|metrics)"].map((path) => [
        path,
        { target: SERVICE, changeOrigin: false, ws: path === "/graphql" },
      ]),
    ),
  },
});
