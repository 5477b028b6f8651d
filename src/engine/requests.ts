/** What the server's routes accept: unknown parameters are ignored, a wrong type is refused. */
import { randomInt } from "node:crypto";
import { z } from "zod";
import { type EngineError, invalidRequest } from "./engine-error.ts";
import type { ChatTurn, GenerateRequest, Grammar } from "./protocol.ts";

const TextPart = z.object({ type: z.literal("text"), text: z.string() });
const ChatMessage = z.object({
  role: z.string().min(1),
  content: z.union([z.string(), z.array(TextPart)]).nullish(),
});

const ResponseFormat = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object"), schema: z.record(z.string(), z.unknown()).optional() }),
  z.object({ type: z.literal("json_schema"), json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }) }),
]);

const seedLimit = 2 ** 32;
const mostLogprobs = 20;
const mostStops = 16;

/** What both kinds of completion have. The defaults are llama-server's. */
const Sampling = z.object({
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(-1).nullish(),
  temperature: z.number().min(0).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(mostStops)]).nullish(),
  n: z.literal(1, "only n = 1 is supported").nullish(),
  response_format: ResponseFormat.nullish(),
  grammar: z.string().nullish(),
  cache_prompt: z.boolean().nullish(),
  timings_per_token: z.boolean().nullish(),
  ignore_eos: z.boolean().nullish(),
});
type Sampling = z.infer<typeof Sampling>;

export const ChatBody = Sampling.extend({
  messages: z.array(ChatMessage).min(1),
  max_completion_tokens: z.int().min(-1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(mostLogprobs).nullish(),
  tools: z.array(z.unknown()).max(0, "tools are not supported").nullish(),
  chat_template_kwargs: z.record(z.string(), z.unknown()).nullish(),
});
export type ChatBody = z.infer<typeof ChatBody>;

export const CompletionBody = Sampling.extend({
  prompt: z.union([
    z.string(),
    z.array(z.int().min(0)).min(1),
    z.tuple([z.string()], "one prompt a request is supported"),
  ]),
  logprobs: z.int().min(0).max(mostLogprobs).nullish(),
  echo: z.literal(false, "echo is not supported").nullish(),
  best_of: z.literal(1, "only best_of = 1 is supported").nullish(),
  suffix: z.literal("", "suffix is not supported").nullish(),
});
export type CompletionBody = z.infer<typeof CompletionBody>;

export const EmbeddingsBody = z.object({
  model: z.string(),
  input: z.union([
    z.string(),
    z.array(z.string()).min(1),
    z.array(z.int().min(0)).min(1),
    z.array(z.array(z.int().min(0)).min(1)).min(1),
  ]),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.undefined("dimensions are not supported").or(z.null()).optional(),
});
export type EmbeddingsBody = z.infer<typeof EmbeddingsBody>;

export const TokenizeBody = z.object({
  model: z.string().optional(),
  content: z.string(),
  add_special: z.boolean().default(false),
  parse_special: z.boolean().default(true),
  with_pieces: z.boolean().default(false),
});

export const DetokenizeBody = z.object({ model: z.string().optional(), tokens: z.array(z.int().min(0)) });

/** @throws EngineError 400 that names the first parameter that is wrong */
export function parseBody<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const param = issue.path.join(".") || null;
  throw invalidRequest(param === null ? issue.message : `'${param}': ${issue.message}`, param);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidRequest(`the body is not JSON: ${(error as Error).message}`);
  }
}

export function chatRequest(body: ChatBody): GenerateRequest {
  return {
    ...generateRequest(body, body.max_completion_tokens ?? body.max_tokens),
    prompt: { kind: "chat", turns: body.messages.map(chatTurn), templateArguments: body.chat_template_kwargs ?? {} },
    topLogprobs: body.logprobs === true ? (body.top_logprobs ?? 0) : null,
  };
}

function chatTurn({ role, content }: ChatBody["messages"][number]): ChatTurn {
  const text = typeof content === "string" ? content : (content ?? []).map((part) => part.text).join("");
  return { role, content: text };
}

export function completionRequest(body: CompletionBody): GenerateRequest {
  return {
    ...generateRequest(body, body.max_tokens),
    prompt: completionPrompt(body.prompt),
    topLogprobs: body.logprobs ?? null,
  };
}

function completionPrompt(prompt: CompletionBody["prompt"]): GenerateRequest["prompt"] {
  if (typeof prompt === "string") return { kind: "text", text: prompt };
  const [first] = prompt;
  return typeof first === "string" ? { kind: "text", text: first } : { kind: "tokens", tokens: prompt as number[] };
}

function generateRequest(
  body: Sampling,
  maxTokens: number | null | undefined,
): Omit<GenerateRequest, "prompt" | "topLogprobs"> {
  if (maxTokens === 0) throw wrongLimit();
  return {
    maxTokens: maxTokens === undefined || maxTokens === -1 ? null : maxTokens,
    temperature: body.temperature ?? 0.8,
    topP: body.top_p ?? 0.95,
    topK: body.top_k ?? 40,
    minP: body.min_p ?? 0.05,
    seed: body.seed === undefined || body.seed === null ? randomInt(seedLimit) : Math.abs(body.seed) % seedLimit,
    stop: typeof body.stop === "string" ? [body.stop] : (body.stop ?? []),
    cachePrompt: body.cache_prompt ?? true,
    grammar: grammarOf(body),
    ignoreEos: body.ignore_eos ?? false,
  };
}

function wrongLimit(): EngineError {
  return invalidRequest("'max_tokens': at least 1, or -1 for no limit", "max_tokens");
}

function grammarOf({ response_format: format, grammar }: Sampling): Grammar | null {
  if (grammar) return { kind: "gbnf", text: grammar };
  switch (format?.type) {
    case "json_object":
      return format.schema === undefined ? { kind: "json" } : { kind: "json-schema", schema: format.schema };
    case "json_schema":
      return { kind: "json-schema", schema: format.json_schema.schema };
    default:
      return null;
  }
}
