/**
 * promptfoo's assertions as scorers. One that has no counterpart, or would judge otherwise, is told and left out: a score
 * must not be believed to mean what it meant there.
 *
 * @see https://www.promptfoo.dev/docs/configuration/expected-outputs/
 */
import type { ScorerSpec } from "../../../evals/index.ts";
import type { SampleInput } from "../../sample.ts";
import { isObject, type JsonObject, textOf } from "../json-value.ts";
import { candidateOf } from "./providers.ts";
import { type Folder, loaded } from "./references.ts";
import { render } from "./template.ts";

type Scorer = NonNullable<SampleInput["scorers"]>[number] & object;

export interface Judged {
  readonly scorers: readonly Scorer[];
  /** What the answer has to equal; null where nothing says so. */
  readonly target: string | null;
}

export interface Judging {
  readonly vars: JsonObject;
  readonly folder: Folder;
  readonly where: string;
  /** What judges by rubric where an assertion names no model; null where nobody does. */
  readonly judge: string | null;
  /** The job's word, which stands over what assertions name. */
  readonly fixedJudge: string | null;
}

/** @param assertions of a test, the default test's included; `assert-set`s are taken apart */
export function readAssertions(assertions: readonly unknown[], judging: Judging): Judged {
  const scorers: Scorer[] = [];
  let target: string | null = null;
  for (const assertion of assertions.flatMap((one) => flattened(one, judging))) {
    const found = scorerOf(assertion, judging);
    if (found === null) continue;
    if ("target" in found) {
      if (target !== null) {
        if (target !== found.target)
          judging.folder.unsupported.add("a second text that the answer equals", judging.where);
        continue;
      }
      target = found.target;
    }
    scorers.push(named(found.scorer, textOf(assertion.metric), scorers));
  }
  return { scorers, target };
}

function flattened(assertion: unknown, judging: Judging): JsonObject[] {
  const { folder, where } = judging;
  const read = typeof assertion === "string" ? loaded(folder, assertion, "an assertion", where) : assertion;
  if (Array.isArray(read)) return read.flatMap((one) => flattened(one, judging));
  if (!isObject(read)) return [];
  for (const key of ["weight", "transform", "contextTransform", "config", "rubricPrompt"])
    if (read[key] !== undefined) folder.unsupported.add(`${key} of an assertion`, where);
  if (read.type !== "assert-set") return [read];
  if (read.threshold !== undefined) folder.unsupported.add("threshold of an assert-set", where);
  return [read.assert ?? []].flat().flatMap((one) => flattened(one, judging));
}

type Found = { readonly scorer: Scorer } | { readonly scorer: Scorer; readonly target: string };

function scorerOf(assertion: JsonObject, judging: Judging): Found | null {
  const { folder, where, vars } = judging;
  const type = textOf(assertion.type) ?? "";
  const lost = (why: string) => {
    folder.unsupported.add(`assertion ${type}${why}`, where);
    return null;
  };
  const read =
    typeof assertion.value === "function" ? null : loaded(folder, assertion.value, "an assertion's value", where);
  const value = filled(read, vars);
  if (value === unrendered) return lost(": its value has logic in it");
  const text = typeof value === "string" || typeof value === "number" ? String(value) : null;
  const texts = listOf(value);
  const words = text !== null && text.trim() !== "" ? text : null;
  const caseSensitive = !type.includes("icontains");
  switch (type) {
    case "equals":
      if (text === null) return lost(" with an object");
      return { scorer: { type: "exact", caseSensitive: true, whiteSpace: "keep", punctuation: "keep" }, target: text };
    case "contains":
    case "icontains":
      return words === null ? lost(" without a value") : { scorer: { type: "contains", value: words, caseSensitive } };
    case "contains-all":
    case "icontains-all":
    case "contains-any":
    case "icontains-any":
      return texts.length === 0
        ? lost(" without values")
        : { scorer: { type: type.endsWith("all") ? "contains-all" : "contains-any", values: texts, caseSensitive } };
    case "not-contains":
    case "not-icontains":
      return words === null
        ? lost(" without a value")
        : { scorer: { type: "contains-none", values: [words], caseSensitive } };
    case "not-contains-any":
    case "not-icontains-any":
      return texts.length === 0
        ? lost(" without values")
        : { scorer: { type: "contains-none", values: texts, caseSensitive } };
    case "regex":
      if (words === null) return lost(" without a pattern");
      // What RE2 leaves out to be linear.
      return /\(\?<?[=!]|\\[1-9]/.test(words)
        ? lost(" with lookaround or a backreference")
        : { scorer: { type: "regex", pattern: words } };
    case "starts-with":
      return words === null ? lost(" without a value") : { scorer: { type: "regex", pattern: `^${escaped(words)}` } };
    case "is-json":
      if (value !== undefined && value !== null && !isObject(value)) return lost(" with a schema that is no object");
      return { scorer: { type: "json-schema", ...(isObject(value) && { schema: { ...value } }) } };
    case "is-valid-openai-tools-call":
    case "is-valid-function-call":
      return { scorer: { type: "tool-calls", trigger: true } };
    case "llm-rubric":
    case "model-graded-closedqa":
    case "g-eval":
    case "factuality":
    case "model-graded-factuality":
      return judged(type, texts, assertion, judging, lost);
    default:
      return lost("");
  }
}

function judged(
  type: string,
  criteria: readonly string[],
  assertion: JsonObject,
  { judge, fixedJudge, folder, where }: Judging,
  lost: (why: string) => null,
): Found | null {
  const model = fixedJudge ?? judgeOf(assertion.provider) ?? judge;
  if (criteria.length === 0) return lost(" without a rubric");
  if (model === null) return lost(": name a model with `judge:` in the import");
  if (assertion.threshold !== undefined) folder.unsupported.add(`threshold of ${type}`, where);
  const rubric = type.endsWith("factuality")
    ? `The answer agrees with this reference in every fact: ${criteria.join("\n")}`
    : criteria.join("\n");
  return { scorer: { type: "judge", model, rubric } };
}

/** The candidate that a `provider` of an assertion or of a test's options names; null where Assay does not know it. */
export function judgeOf(provider: unknown): string | null {
  if (typeof provider === "string") return candidateOf(provider);
  if (!isObject(provider)) return null;
  return judgeOf(provider.id ?? provider.text);
}

/** A text as a pattern that matches it and nothing else. */
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const unrendered = Symbol("a template with logic");

/** The value with the test's vars in it. */
function filled(value: unknown, vars: JsonObject): unknown {
  if (typeof value === "string") {
    const rendered = render(value, vars);
    return "text" in rendered ? rendered.text : unrendered;
  }
  if (Array.isArray(value)) {
    const all = value.map((one) => filled(one, vars));
    return all.includes(unrendered) ? unrendered : all;
  }
  return value;
}

/** A list, or a text with commas between. */
function listOf(value: unknown): string[] {
  const all = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [value ?? []].flat();
  return all.map((one) => String(one).trim()).filter((one) => one !== "");
}

const longestName = 40;

/** A second scorer of a name gets a number behind it: scores are told apart by their names. */
function named(scorer: Scorer, metric: string | null, before: readonly Scorer[]): Scorer {
  const name = metric?.slice(0, longestName - 4) || null;
  const taken = new Set(before.map((one) => one.name ?? one.type));
  const wanted = name ?? scorer.type;
  let unique = wanted;
  for (let count = 2; taken.has(unique); count++) unique = `${wanted} ${count}`;
  return unique === scorer.type ? scorer : ({ ...scorer, name: unique } as ScorerSpec);
}
