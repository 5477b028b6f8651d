/** Values against a JSON Schema. The only file that knows the validator. */
import { createContext, Script } from "node:vm";
import { dereference, type OutputUnit, type SchemaDraft, validate } from "@cfworker/json-schema";
import { messageOf, UserError } from "../../errors.ts";
import { schemaOfSchemas } from "./schema-of-schemas.ts";

/** Where a value breaks the schema and how, `at /days: …`; null where it is valid. */
export type SchemaCheck = (value: unknown) => string | null;

/**
 * Patterns are run by a backtracking engine, nested alternatives are tried one by one, and schemas and values come from
 * outside. An honest check takes less than a millisecond; on a machine that is busy with other things it may take many.
 */
const longestCheckMs = 5_000;

/**
 * A check of values against a schema, by the draft that its `$schema` names, else draft 7, as OpenRouter checks tool calls.
 * The check throws when it takes longer than five seconds.
 *
 * @param whose  whose schema it is, for messages
 * @throws UserError where it is not a JSON Schema, or refers to a schema that it does not hold
 */
export function schemaCheck(schema: Readonly<Record<string, unknown>>, whose: string): SchemaCheck {
  // The validator writes into schemas.
  const own = structuredClone(schema) as Readonly<Record<string, unknown>>;
  const problem = complaint(validate(own, schemaOfSchemas, "7", partsOfSchemas).errors) ?? unresolved(own);
  if (problem !== null)
    throw new UserError({
      happened: `the schema of ${whose} is not a JSON Schema: ${problem}`,
      expected: "a JSON Schema of drafts 4, 7, 2019-09 or 2020-12 that refers to nothing outside itself",
      mend: "correct the schema",
    });
  const draft = draftOf(schema);
  const parts = dereference(own);
  return (value) => complaint(inTime(() => validate(value, own, draft, parts).errors));
}

const partsOfSchemas = dereference(schemaOfSchemas);

function draftOf({ $schema }: Readonly<Record<string, unknown>>): SchemaDraft {
  const named = /draft-0?(4)|(2019-09)|(2020-12)/.exec(String($schema ?? ""));
  return (named?.[1] ?? named?.[2] ?? named?.[3] ?? "7") as SchemaDraft;
}

/** The first complaint about the innermost place: those about what contains it say only that something inside is wrong. */
function complaint(errors: readonly OutputUnit[]): string | null {
  const [first, ...others] = errors;
  if (first === undefined) return null;
  const depth = ({ instanceLocation }: OutputUnit) => instanceLocation.split("/").length;
  const inner = others.reduce((deepest, error) => (depth(error) > depth(deepest) ? error : deepest), first);
  return `at ${inner.instanceLocation.slice(1) || "the top"}: ${inner.error.replace(/\.$/, "")}`;
}

/** A reference that leads nowhere; null where all lead somewhere. */
function unresolved(schema: object): string | null {
  try {
    const known = dereference(schema);
    const refs = Object.values(known).flatMap((part) => (typeof part === "object" ? [part] : []));
    const lost = refs.find(({ __absolute_ref__: ref }) => ref !== undefined && !(ref in known));
    return lost === undefined ? null : `there is no ${lost.$ref}`;
  } catch (error) {
    return messageOf(error);
  }
}

const context = createContext(Object.create(null));
const script = new Script("task()");

/** Runs a task that may not take long. Node ends scripts after a time, and what they call, backtracking patterns included. */
function inTime<Result>(task: () => Result): Result {
  let result: Result | undefined;
  let failure: unknown;
  context.task = () => {
    try {
      result = task();
    } catch (error) {
      failure = error;
    }
  };
  try {
    script.runInContext(context, { timeout: longestCheckMs });
  } catch (error) {
    throw new Error(`checking against the schema was given up after ${longestCheckMs / 1_000} s`, { cause: error });
  }
  if (failure !== undefined) throw failure;
  return result as Result;
}
