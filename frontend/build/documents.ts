import { createHash } from "node:crypto";
import { cacheExchange, Client, createRequest, fetchExchange, subscriptionExchange } from "@urql/core";
import { Kind, type DocumentNode, type OperationTypeNode } from "graphql";
import type { Plugin } from "vite";
import * as generated from "../src/api/generated/operations";

/** What a document asks for; of a mere fragment nothing. */
function operationOf({ definitions }: DocumentNode): OperationTypeNode | undefined {
  return definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)?.operation;
}

/**
 * The text of a document as the pages send it: urql prints it in its own way, with `__typename` where its cache looks
 * for it. So it goes through the exchanges of src/api/client.ts that have a say in it, and then no further.
 */
function sent(document: DocumentNode, kind: OperationTypeNode): Promise<string> {
  return new Promise((resolve) => {
    const client = new Client({
      url: "http://localhost/graphql",
      preferGetMethod: false,
      fetch: (_address, request) => {
        resolve((JSON.parse(request?.body as string) as { query: string }).query);
        return new Promise(() => undefined);
      },
      exchanges: [
        cacheExchange,
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query = "" }) => {
            resolve(query);
            return { subscribe: () => ({ unsubscribe: () => undefined }) };
          },
        }),
      ],
    });
    const operation = client.createRequestOperation(kind, createRequest(document, {}));
    client.executeRequestOperation(operation).subscribe(() => undefined);
  });
}

/** Writes what the view and the exports ask for, by SHA-256: what EMBUDO_DOCUMENTS_ONLY lets run. */
export const documents: Plugin = {
  name: "documents",
  apply: "build",
  async generateBundle() {
    const asked = Object.values<DocumentNode>(generated).flatMap((document) => {
      const kind = operationOf(document);
      return kind ? [sent(document, kind)] : [];
    });
    const manifest = (await Promise.all(asked)).map((text) => [createHash("sha256").update(text).digest("hex"), text]);
    const source = JSON.stringify(Object.fromEntries(manifest), null, 2);
    this.emitFile({ type: "asset", fileName: "documents.json", source });
  },
};
