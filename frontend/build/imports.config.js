// The rules of dependency-cruiser for imports: no cycles, nor between folders; a layer imports only layers beneath it.

const TEST = "\\.test\\.tsx?$";

/** The layers of src/, from the top. */
const LAYERS = ["app", "features", "charts", "components", "hooks", "i18n", "api", "lib"];

/** The layers of src/features/, from the top. */
const FEATURES = ["analytics", "exports", "graphiql", "session"];

/**
 * Forbid each layer to import one above it; its tests may.
 *
 * @param {string} folder
 * @param {string[]} layers
 */
const layerRules = (folder, layers) =>
  layers.slice(1).map((layer, index) => ({
    name: `${layer}-imports-no-layer-above`,
    severity: /** @type {const} */ ("error"),
    from: { path: `^${folder}/${layer}/`, pathNot: TEST },
    to: { path: `^${folder}/(${layers.slice(0, index + 1).join("|")})/` },
  }));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-cycles-between-folders",
      scope: "folder",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    { name: "no-orphans", severity: "error", from: { orphan: true, pathNot: ["^src/app/", TEST] }, to: {} },
    ...layerRules("src", LAYERS),
    ...layerRules("src/features", FEATURES),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true, // types count
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js", ".css"] },
  },
};
