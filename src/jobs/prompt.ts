/** A sample's messages with the documents that the model is given: all of its material, or what a retriever found. */
import type { Document } from "../evals/index.ts";
import type { Message } from "../wire/index.ts";
import type { JobSample } from "./sample.ts";
import { filled, materialName, placeholders } from "./template.ts";

/**
 * The messages of one call. The documents stand where the job's instructions or input say {{material}}; where neither does,
 * they come first, so that samples which share documents share a prefix. Each is marked with its id, to be cited by.
 *
 * @param documents given to the model; none for a sample without material
 */
export function promptOf(sample: JobSample, documents: readonly Document[] = sample.material): Message[] {
  const { instructions, input, vars } = sample;
  const material = documents.map(marked).join("\n\n");
  const fill = (template: string) => filled(template, { ...vars, [materialName]: material });
  const isPlaced = [instructions, input].some((text) => text !== null && placeholders(text).includes(materialName));
  const first = [isPlaced ? "" : material, instructions === null ? "" : fill(instructions)];
  const asked: readonly Message[] = input === null ? sample.messages : [{ role: "user", content: fill(input) }];
  return withSystem(first.filter((text) => text !== "").join("\n\n"), asked);
}

/** As it stands in a prompt. */
export const marked = ({ id, text }: Document) => `<document id=${JSON.stringify(id)}>\n${text.trimEnd()}\n</document>`;

/** In front of a conversation that has a system message of its own, the two become one: some vendors take no second. */
function withSystem(text: string, messages: readonly Message[]): Message[] {
  if (text === "") return [...messages];
  const [first, ...rest] = messages;
  return first?.role === "system" && typeof first.content === "string"
    ? [{ ...first, content: `${text}\n\n${first.content}` }, ...rest]
    : [{ role: "system", content: text }, ...messages];
}
