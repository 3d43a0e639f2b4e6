// Compares the schema with that of the last release, and fails on a change that would break clients unannounced.
// docs/releasing.md has the rules and their reasons.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema, Kind, parse, visit } from "graphql";

/** @param {string} path from the repository's root */
const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const { values: paths } = parseArgs({
  options: {
    releases: { type: "string", default: fromRoot("docs/schema") },
    schema: { type: "string", default: fromRoot("schema.graphql") },
    changelog: { type: "string", default: fromRoot("CHANGELOG.md") },
  },
});

const FILE = /^(\d+\.\d+\.\d+)\.graphql$/;
const VERSION = /^\d+\.\d+\.\d+/;
const LAST_DAY = /\S\. Goes on (\d{4}-\d{2}-\d{2})\.$/;

/**
 * Split a Markdown text into its parts under headings of one level.
 *
 * @param {string} text
 * @param {"##" | "###"} level
 */
function parts(text, level) {
  const [, ...sections] = text.split(new RegExp(`^${level} `, "m"));
  return sections.map((part) => ({ heading: part.replace(/\n[^]*/, "").trim(), text: part }));
}

/**
 * Return whether a text is a day that exists: February has no 30th.
 *
 * @param {string} day
 */
function isDay(day) {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

/**
 * List deprecated names, each with its reason; empty where there is none.
 *
 * @param {string} sdl
 */
function deprecations(sdl) {
  /** @type {{ path: string, reason: string }[]} */
  const deprecated = [];
  visit(parse(sdl), {
    Directive(node, _key, _parent, _path, ancestors) {
      if (node.name.value !== "deprecated") return;
      const names = ancestors.flatMap((node) => ("name" in node && node.name ? [node.name.value] : []));
      const value = node.arguments?.find((argument) => argument.name.value === "reason")?.value;
      deprecated.push({ path: names.join("."), reason: value?.kind === Kind.STRING ? value.value : "" });
    },
  });
  return deprecated;
}

const sdl = readFileSync(paths.schema, "utf8");
const changelog = parts(readFileSync(paths.changelog, "utf8"), "##");
const files = readdirSync(paths.releases);
const versions = files
  .flatMap((file) => FILE.exec(file)?.[1] ?? [])
  .sort((version, other) => version.localeCompare(other, "en", { numeric: true })); // 0.10.0 comes after 0.9.0
const lastVersion = versions.at(-1);
if (lastVersion === undefined) throw new Error(`No release's schema is in ${paths.releases}`);

const released = buildSchema(readFileSync(join(paths.releases, `${lastVersion}.graphql`), "utf8"));
// A change of a root type has no path of its own.
const changes = (await diff(released, buildSchema(sdl))).map((change) => ({
  ...change,
  path: change.path ?? "schema",
}));
const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking);
const dangerous = changes.filter((change) => change.criticality.level === CriticalityLevel.Dangerous);

const announced = new Set(
  changelog
    .filter(({ heading }) => /unreleased/i.test(heading))
    .flatMap(({ text }) => parts(text, "###"))
    .filter(({ heading }) => heading === "Breaking")
    .flatMap(({ text }) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name)),
);

const problems = [
  ...files
    .filter((file) => !FILE.test(file))
    .map((file) => `docs/schema has "${file}": its files are named after releases, as 1.2.3.graphql.`),
  ...changelog
    .filter(({ heading }) => !/unreleased/i.test(heading))
    .flatMap(({ heading }) => VERSION.exec(heading)?.[0] ?? [])
    .filter((version) => !versions.includes(version))
    .map((version) => `${version} is released, but not its schema: copy it to docs/schema/${version}.graphql.`),
  ...breaking
    .filter(({ path }) => !announced.has(path))
    .map(
      ({ path, message }) =>
        `\`${path}\` breaks clients of ${lastVersion}: ${message}. ` +
        `Keep it and deprecate it, or name \`${path}\` under "### Breaking" in CHANGELOG.md's unreleased part.`,
    ),
  ...deprecations(sdl)
    .filter(({ reason }) => !isDay(LAST_DAY.exec(reason)?.[1] ?? ""))
    .map(
      ({ path, reason }) =>
        `\`${path}\` is deprecated without a day: its reason is "${reason}". ` +
        `Write what to use, then the day on which it goes: "Use x. Goes on 2027-06-30."`,
    ),
];

for (const { path, message } of dangerous)
  console.log(`\`${path}\` may surprise clients of ${lastVersion}: ${message}.`);
for (const sentence of problems) console.error(sentence);
console.log(
  `The schema since ${lastVersion}: breaking changes: ${breaking.length}, dangerous ones: ${dangerous.length}`,
);
if (problems.length > 0) process.exit(1);
