import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../schema.graphql",
  generates: {
    // A typed document for each operation of the pages.
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
    // The schema's descriptions of the fields that the pages explain.
    "src/api/generated/definitions.ts": {
      plugins: ["./build/definitions.js"],
      config: {
        types: [
          "Funnel",
          "ResponseTime",
          "Maturing",
          "CampaignAnalytics",
          "BounceReason",
          "FunnelStep",
          "SendTimeBlock",
        ],
      },
    },
  },
};

export default config;
