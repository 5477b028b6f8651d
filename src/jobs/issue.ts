/** What Zod found, in the words of a mistake: which key, which value, what was expected. */
import type { z } from "zod";
import { Job } from "./job.ts";
import { SampleSpec, Settings } from "./sample.ts";

export interface Complaint {
  /** From the root, e.g. `["samples", 3, "target"]`. */
  readonly path: readonly PropertyKey[];
  /** `there is no key "targt"`, `samples[3].target is 30`. */
  readonly happened: string;
  readonly expected: string;
}

/**
 * The first and deepest thing that is wrong.
 *
 * @param root what the value was to be
 */
export function complaintOf(error: z.ZodError, value: unknown, root: z.ZodObject = Job): Complaint {
  const issue = deepest(error.issues[0]!);
  const { path } = issue;
  if (issue.code === "unrecognized_keys")
    return {
      path: [...path, issue.keys[0]!],
      happened: `there is no key ${JSON.stringify(issue.keys[0])}${path.length === 0 ? "" : ` in ${named(path)}`}`,
      expected: knownKeys(path, issue.keys[0]!, root),
    };
  const given = path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], value);
  return {
    path,
    happened: `${named(path)} is ${given === undefined ? "missing" : excerpt(given)}`,
    expected: wanted(issue.message),
  };
}

/** `samples[3].target` */
const named = (path: readonly PropertyKey[]) =>
  path.length === 0
    ? "the whole"
    : path
        .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? String(key) : `.${String(key)}`))
        .join("");

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Of a union's branches the one that got furthest is what the user meant. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  // Of branches that got equally far, those that know all keys that are there.
  const inside = issue.errors
    .toSorted((a, b) => Number(a.some(isUnknownKey)) - Number(b.some(isUnknownKey)))
    .map((branch) => branch[0])
    .filter((first) => first !== undefined)
    .map((first) => deepest(first));
  const furthest = inside.toSorted((a, b) => progress(b) - progress(a))[0];
  if (furthest === undefined || progress(furthest) === 0) return { ...issue, message: alternatives(inside, issue) };
  return { ...furthest, path: [...issue.path, ...furthest.path] };
}

const isUnknownKey = ({ code }: z.core.$ZodIssue) => code === "unrecognized_keys";

const progress = (issue: z.core.$ZodIssue) =>
  issue.path.length * 2 + (issue.code === "invalid_type" || issue.code === "invalid_value" ? 0 : 1);

/** Where every branch fails at its root: all that would have done. */
const alternatives = (issues: readonly z.core.$ZodIssue[], { message }: z.core.$ZodIssue) =>
  issues.length === 0 ? message : [...new Set(issues.map((issue) => wanted(issue.message)))].join(", or ");

const types: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/** A message of Zod's without its technical words. */
function wanted(message: string): string {
  const text = message
    .replace(/^(Invalid (input|option|discriminator value)|Too (big|small))[:.] /, "")
    .replace(/^expected /i, "")
    .replace(/, received .*$/, "");
  if (/^(one of )?["'].*\|/.test(text))
    return `one of ${[...text.matchAll(/["']([^"']*)["']/g)].map(([, one]) => one).join(", ")}`;
  return (
    types[text] ??
    text
      .replace(/^(number|string|array)(?= to )/, (type) => types[type]!)
      .replace(" to be >=", " of at least ")
      .replace(" to be <=", " of at most ")
      .replace(" to be >", " above ")
      .replace(" to be <", " below ")
      .replace(" to have >=1 items", " with something in it")
      .replace(" to be ", " ")
  );
}

function knownKeys(path: readonly PropertyKey[], key: string, root: z.ZodObject): string {
  if (path.length === 0 && key in Settings.shape) return `${key} stands in \`settings\``;
  const isSample = path[0] === "samples" && path.length === 2;
  const schema = path.length === 0 ? root : isSample ? SampleSpec : null;
  return schema === null ? "only keys that docs/jobs.md describes" : `one of ${Object.keys(schema.shape).join(", ")}`;
}
