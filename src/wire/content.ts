/** What a message holds, whether it is one text or a list of parts. */
import type { Message } from "./call.ts";

/** The texts of a message; images have none. */
export const textOf = (content: Message["content"], between = "\n"): string =>
  typeof content === "string" ? content : content.map((part) => (part.type === "text" ? part.text : "")).join(between);

export const imagesIn = (content: Message["content"]): number =>
  typeof content === "string" ? 0 : content.filter(({ type }) => type === "image").length;
