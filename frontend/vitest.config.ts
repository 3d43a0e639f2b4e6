import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Tests of modules that need no browser. What a browser does is tested by tests/frontend, against a real service. */
export default defineConfig({
  plugins: [react()],
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node", restoreMocks: true, unstubGlobals: true },
});
