/**
 * What a JSON Schema may look like, as a JSON Schema: the keywords that the validator reads, of drafts 4 to 2020-12. The
 * validator itself takes any object for a schema, and with `{"type": "strnig"}` would call every answer wrong.
 *
 * @see https://json-schema.org/draft-07/schema and https://json-schema.org/draft/2020-12/schema
 */
const schema = { $ref: "#" };
const schemas = { type: "array", minItems: 1, items: schema };
const schemasByName = { type: "object", additionalProperties: schema };
const count = { type: "integer", minimum: 0 };
const text = { type: "string" };
const names = { type: "array", items: text };
const typeName = { enum: ["null", "boolean", "object", "array", "number", "integer", "string"] };
const bound = { type: ["number", "boolean"] }; // a boolean in draft 4

export const schemaOfSchemas: Readonly<Record<string, unknown>> = {
  type: ["object", "boolean"],
  properties: {
    $id: text,
    $ref: text,
    type: { anyOf: [typeName, { type: "array", minItems: 1, items: typeName }] },
    enum: { type: "array" },
    format: text,
    pattern: { type: "string", format: "regex" },
    minLength: count,
    maxLength: count,
    multipleOf: { type: "number", exclusiveMinimum: 0 },
    minimum: { type: "number" },
    maximum: { type: "number" },
    exclusiveMinimum: bound,
    exclusiveMaximum: bound,
    required: names,
    properties: schemasByName,
    patternProperties: { ...schemasByName, propertyNames: { format: "regex" } },
    additionalProperties: schema,
    unevaluatedProperties: schema,
    propertyNames: schema,
    minProperties: count,
    maxProperties: count,
    dependentRequired: { type: "object", additionalProperties: names },
    dependentSchemas: schemasByName,
    dependencies: { type: "object", additionalProperties: { anyOf: [schema, names] } },
    items: { anyOf: [schema, schemas] },
    prefixItems: schemas,
    additionalItems: schema,
    unevaluatedItems: schema,
    contains: schema,
    minContains: count,
    maxContains: count,
    minItems: count,
    maxItems: count,
    uniqueItems: { type: "boolean" },
    allOf: schemas,
    anyOf: schemas,
    oneOf: schemas,
    not: schema,
    if: schema,
    // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's own word
    then: schema,
    else: schema,
    definitions: schemasByName,
    $defs: schemasByName,
  },
};
