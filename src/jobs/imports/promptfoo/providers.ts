/** promptfoo's providers: those whose vendor Assay knows are candidates; their settings are the samples'. */
import { vendors } from "../../../routes/index.ts";
import type { SampleInput } from "../../sample.ts";
import { isObject, type JsonObject, textOf } from "../json-value.ts";
import { responseFormatOf, settingsOf, toolsOf } from "../request-body.ts";
import { type Folder, loaded } from "./references.ts";

export interface Providers {
  readonly candidates: readonly string[];
  /** What all models are asked with: what each of them has, and with the same value. */
  readonly settings: Pick<SampleInput, "settings" | "tools" | "responseFormat">;
}

interface Provider {
  readonly id: string;
  readonly config: JsonObject;
}

interface Model {
  readonly candidate: string;
  readonly config: JsonObject;
}

/** OpenAI's modes that answer a chat; promptfoo's other names after `openai:` are images, speech, agents. */
const chatModes = new Set(["chat", "responses", "messages"]);
const renamed: Readonly<Record<string, string>> = { togetherai: "together", "together-ai": "together" };

/** `<vendor>/<model>` for a provider's id; null where Assay knows no such vendor, or it is no chat. */
export function candidateOf(id: string): string | null {
  const [first = "", ...rest] = id.split(":");
  const vendor = renamed[first] ?? first;
  if (!vendors.some(({ name, chats }) => chats && name === vendor)) return null;
  const isMode = chatModes.has(rest[0] ?? "");
  const model = (isMode ? rest.slice(1) : rest).join(":");
  const isOther = !isMode && rest.length > 1 && (vendor === "openai" || vendor === "anthropic");
  // `openai:codex-sdk`, `anthropic:claude-agent-sdk`: a program around a model.
  return model === "" || isOther || /^(codex|claude-agent|claude-code|chatkit|agents?)\b/.test(model)
    ? null
    : `${vendor}/${model}`;
}

/** @param given the config's `providers` or `targets` */
export function readProviders(given: unknown, folder: Folder, where: string): Providers {
  const providers = [given ?? []].flat().flatMap((entry) => providersOf(entry, folder, where));
  const models: Model[] = [];
  for (const { id, config } of providers) {
    const candidate = candidateOf(id);
    if (candidate === null) folder.unsupported.add(`provider ${id.split(":").slice(0, 2).join(":")}`, where);
    else models.push({ candidate, config });
  }
  return {
    candidates: [...new Set(models.map(({ candidate }) => candidate))],
    settings: commonSettings(models, folder, where),
  };
}

function providersOf(entry: unknown, folder: Folder, where: string): Provider[] {
  if (typeof entry === "string" && entry.startsWith("file://")) {
    const inside = loaded(folder, entry, "a provider", where);
    return [inside ?? []].flat().flatMap((one) => providersOf(one, folder, where));
  }
  if (typeof entry === "string") return [{ id: entry, config: {} }];
  if (!isObject(entry)) {
    folder.unsupported.add("a provider that is a program", where);
    return [];
  }
  const id = textOf(entry.id);
  if (id === null) {
    const [name, inside] = Object.entries(entry)[0] ?? [];
    return name === undefined ? [] : providersOf({ id: name, ...(isObject(inside) ? inside : {}) }, folder, where);
  }
  if (entry.prompts !== undefined)
    folder.unsupported.add("prompts of a provider: every model is asked every prompt", where);
  for (const key of ["transform", "delay", "inputs"])
    if (entry[key] !== undefined) folder.unsupported.add(`${key} of a provider`, where);
  return [{ id, config: isObject(entry.config) ? entry.config : {} }];
}

const carried = new Set([
  ...["temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop", "reasoning_effort"],
  ...["tools", "response_format"],
]);

function commonSettings(models: readonly Model[], folder: Folder, where: string): Providers["settings"] {
  const common: Record<string, unknown> = {};
  for (const key of new Set(models.flatMap(({ config }) => Object.keys(config)))) {
    const having = models.filter(({ config }) => config[key] !== undefined);
    const values = new Set(models.map(({ config }) => JSON.stringify(config[key])));
    if (!carried.has(key)) folder.unsupported.add(`setting ${key} of a provider`, where);
    else if (values.size === 1) common[key] = loaded(folder, having[0]?.config[key], `setting ${key}`, where);
    else
      for (const { candidate } of having)
        folder.unsupported.add(`setting ${key} of ${candidate}, which not all providers share`, where);
  }
  const { tools: given, response_format: format, ...sampling } = common;
  const settings = settingsOf(sampling);
  const tools = functionsOf(given, folder, where);
  return {
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(tools.length > 0 && { tools }),
    ...responseFormatOf(loaded(folder, format, "a response format", where), where, folder.unsupported),
  };
}

function functionsOf(given: unknown, folder: Folder, where: string) {
  if (given === undefined || given === null) return [];
  const list = [given].flat().flatMap((tool) => [loaded(folder, tool, "a tool", where) ?? []].flat());
  const functions = list.filter((tool) => isObject(tool) && isObject(tool.function));
  if (functions.length < list.length) folder.unsupported.add("a tool that is no function with parameters", where);
  return toolsOf(functions, where, folder.unsupported) ?? [];
}
