/** Create an idempotency key: a second click, or a retry after a lost response, makes no second file. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
