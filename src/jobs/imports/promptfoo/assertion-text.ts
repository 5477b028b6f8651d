/**
 * promptfoo's `__expected` columns: an assertion in a text, like `icontains: refund` or `similar(0.8): …`. A text without a
 * known type in front is what the answer has to equal.
 *
 * @see https://www.promptfoo.dev/docs/configuration/test-cases/#csv-with-assertions
 */
import type { JsonObject } from "../json-value.ts";

const types = [
  ...["answer-relevance", "bleu", "classifier", "contains", "contains-all", "contains-any", "contains-html"],
  ...["contains-json", "contains-sql", "contains-xml", "context-faithfulness", "context-recall", "context-relevance"],
  ...["conversation-relevance", "cost", "equals", "factuality", "finish-reason", "g-eval", "gleu", "guardrails"],
  ...["icontains", "icontains-all", "icontains-any", "is-html", "is-json", "is-refusal", "is-sql"],
  ...["is-valid-function-call", "is-valid-openai-function-call", "is-valid-openai-tools-call", "is-xml", "latency"],
  ...["levenshtein", "llm-rubric", "meteor", "model-graded-closedqa", "model-graded-factuality", "moderation"],
  ...["perplexity", "perplexity-score", "pi", "regex", "rouge-n", "ruby", "search-rubric", "similar", "skill-used"],
  ...["starts-with", "tool-call-f1", "webhook", "word-count"],
];
const typed = new RegExp(`^(not-)?(${types.join("|")})(?:\\((\\d+(?:\\.\\d+)?)\\))?(?::([\\s\\S]*))?$`);

/** @param text trimmed, not empty */
export function assertionOf(text: string): JsonObject {
  if (/^(javascript|fn|eval):|^file:\/\/.*\.[cm]?[jt]s(:\w+)?$/.test(text)) return { type: "javascript" };
  if (/^python:|^file:\/\/.*\.py(:\w+)?$/.test(text)) return { type: "python" };
  const graded = /^(?:grade|llm-rubric):([\s\S]*)$/.exec(text)?.[1];
  if (graded !== undefined) return { type: "llm-rubric", value: graded.trim() };
  const match = typed.exec(text);
  if (match === null) return { type: "equals", value: text };
  const [, not = "", type = "", threshold, value] = match;
  return {
    type: not + type,
    ...(value !== undefined && value.trim() !== "" && { value: value.trim() }),
    ...(threshold !== undefined && { threshold: Number(threshold) }),
  };
}
