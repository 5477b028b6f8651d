/** The answer is JSON, valid under a schema. */
import { z } from "zod";
import type { Sample, Scorer } from "../scenario.ts";
import { jsonAnswer } from "./json-answer.ts";
import { scoreName } from "./score-name.ts";
import { verdict } from "./verdict.ts";

export const JsonSchema = z.strictObject({
  type: z.literal("json-schema"),
  name: scoreName,
  schema: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("JSON Schema of the answer [that of the sample's response format, else any JSON will do]"),
  fences: z.boolean().default(false).describe("Take the JSON out of a Markdown code fence that is the whole answer"),
});

/**
 * 1 where the answer is JSON under the schema. Every sample is judged.
 *
 * @throws UserError where the schema is not a JSON Schema
 */
export async function jsonSchema(spec: z.infer<typeof JsonSchema>): Promise<Scorer> {
  const { schemaCheck } = await import("./schema-check.ts");
  const own = spec.schema === undefined ? null : schemaCheck(spec.schema, `the scorer ${spec.name ?? spec.type}`);
  return {
    name: spec.name ?? spec.type,
    version: 1,
    score: (sample, answer) => {
      const read = jsonAnswer(answer.text, spec.fences);
      if (read.problem !== null) return verdict(false, "JSON", read.problem);
      const schema = schemaAskedFor(sample);
      const check = own ?? (schema === null ? () => null : schemaCheck(schema, `sample ${sample.id}`));
      const complaint = check(read.value);
      return verdict(complaint === null, "JSON under the schema", complaint ?? "");
    },
  };
}

const schemaAskedFor = ({ responseFormat }: Sample) =>
  responseFormat?.type === "json_schema" ? responseFormat.schema : null;
