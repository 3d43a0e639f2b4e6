import { createHash } from "node:crypto";
import type { Plugin } from "vite";
import * as generated from "../src/api/generated/operations";

/** The generated module's exports that are texts of GraphQL: operations, and the fragments that they use. */
const documentTexts = Object.values(generated)
  .filter((value) => value instanceof generated.TypedDocumentString)
  .map((document) => document.toString());

const isOperation = (text: string) => /^\s*(query|mutation|subscription)\b/.test(text);

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Write the operations of the pages, as they send them, by SHA-256: the only ones that EMBUDO_DOCUMENTS_ONLY runs. */
export const documents: Plugin = {
  name: "documents",
  apply: "build",
  generateBundle() {
    const manifest = Object.fromEntries(documentTexts.filter(isOperation).map((text) => [sha256(text), text]));
    this.emitFile({ type: "asset", fileName: "documents.json", source: JSON.stringify(manifest, null, 2) });
  },
};
