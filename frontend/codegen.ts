import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../schema.graphql",
  generates: {
    // What the view asks: a typed document for each operation.
    "src/api/generated/operations.ts": {
      documents: ["src/**/*.graphql", "!src/features/graphiql/**"],
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        useTypeImports: true,
        strictScalars: true,
        enumsAsTypes: true,
        documentMode: "string",
        skipTypename: true,
        dedupeFragments: true,
        scalars: { ID: "string", Date: "string", DateTime: "string", TimeZone: "string" },
      },
    },
    // What its numbers mean, in the schema's own words.
    "src/api/generated/definitions.ts": {
      plugins: ["./build/definitions.js"],
      config: {
        types: ["Funnel", "ResponseTime", "Maturing", "CampaignAnalytics", "BounceReason", "FunnelStep"],
      },
    },
  },
};

export default config;
