import { isObjectType } from "graphql";

/**
 * A plugin of graphql-codegen that writes the descriptions of some types' fields, by `Type.field`.
 *
 * @param {import("graphql").GraphQLSchema} schema
 * @param {unknown} _documents
 * @param {{ types: string[] }} config
 */
export function plugin(schema, _documents, config) {
  const descriptions = config.types.flatMap((name) => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`schema.graphql has no object type ${name}`);
    return Object.values(type.getFields()).map((field) => [`${name}.${field.name}`, field.description]);
  });
  return `export const definitions = ${JSON.stringify(Object.fromEntries(descriptions), null, 2)} as const;\n`;
}
