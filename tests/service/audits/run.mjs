// Runs all audits of graphql-http against a server: node run.mjs URL [TOKEN]. Prints one JSON object an audit.
import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);

function signed(resource, options = {}) {
  const headers = new Headers(options.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  return fetch(resource, { ...options, headers });
}

for (const audit of serverAudits({ url, fetchFn: signed })) {
  const result = await audit.fn();
  const { id, name } = audit;
  console.log(JSON.stringify({ id, name, status: result.status, reason: result.reason ?? null }));
}
