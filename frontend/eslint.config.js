// Run it from the repository's root, as `npm run lint` does: ESLint reads no file above its folder, and the schema is.
import { join, relative } from "node:path";

import js from "@eslint/js";
import graphql from "@graphql-eslint/eslint-plugin";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import typescript from "typescript-eslint";

const HERE = import.meta.dirname;

/** @param {string} path */
const fromHere = (path) => relative(process.cwd(), join(HERE, path));

const schema = fromHere("../schema.graphql");
const examples = fromHere("src/features/graphiql/*.graphql");

export default defineConfig(
  { basePath: HERE, ignores: ["src/api/generated"] },
  {
    basePath: HERE,
    files: ["**/*.{js,ts,tsx}"],
    extends: [
      js.configs.recommended,
      typescript.configs.strictTypeChecked,
      typescript.configs.stylisticTypeChecked,
      hooks.configs.flat.recommended,
    ],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "no-undef": "off", // the compiler knows better
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      // Numbers in templates are attributes and lengths; those for people go through Intl.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: {
        // The plugin keeps the first of these that it meets, so there is one for all files.
        graphQLConfig: {
          projects: {
            // GraphiQL's examples are a file of their own: a name may be in the view's documents too.
            examples: { schema, documents: examples },
            view: { schema, documents: fromHere("src/**/*.graphql"), exclude: examples },
          },
        },
      },
    },
  },
  {
    basePath: join(HERE, ".."),
    files: ["schema.graphql"],
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      // Things have ids. Numbers, pages, filters and answers are what they say: the contract gives them none.
      // Nor has a part of a message that is known by it, or that the platform may not name.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            suffixes: ["Connection", "Edge", "Payload", "Performance"],
            types: [
              "AppliedConditions",
              "AppliedFilter",
              "Answer",
              "AppliedHourOfWeek",
              "Bounce",
              "BounceReason",
              "CampaignAnalytics",
              "Coverage",
              "ExportFailure",
              "Funnel",
              "FunnelStep",
              "HeatmapCell",
              "HourlyResponses",
              "Interval",
              "Limits",
              "Maturing",
              "PageInfo",
              "Period",
              "Recipient",
              "Reply",
              "ResponseTime",
              "SendTime",
              "SendTimeBlock",
              "TemplateChange",
              "TemplateHealth",
              "Ticket",
              "TimeSeriesPoint",
              "UserError",
            ],
          },
        },
      ],
    },
  },
  {
    basePath: HERE,
    files: ["src/**/*.graphql"],
    rules: graphql.configs["flat/operations-recommended"].rules,
  },
);
