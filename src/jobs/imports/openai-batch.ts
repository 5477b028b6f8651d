/**
 * OpenAI's batch input: `{"custom_id", "method", "url", "body"}` on each line.
 *
 * @see https://platform.openai.com/docs/guides/batch
 */
import { leftOut } from "./chat-messages.ts";
import { importRows } from "./import-rows.ts";
import type { Imported, ImportSource } from "./imported.ts";
import { isObject, textOf } from "./json-value.ts";
import { requestSample } from "./request-body.ts";

export const importOpenaiBatch = (source: ImportSource): Promise<Imported> =>
  importRows(source, (row, where, unsupported) => {
    if (!isObject(row)) return leftOut("no object", where, unsupported);
    const url = textOf(row.url) ?? "";
    if (!url.endsWith("/chat/completions")) return leftOut(`a request to ${url || "no url"}`, where, unsupported);
    const sample = requestSample(row.body, where, unsupported);
    const id = textOf(row.custom_id);
    return sample === null || id === null ? sample : { id, ...sample };
  });
