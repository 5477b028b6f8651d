/**
 * Requests of Moonshot AI's K2-Vendor-Verifier: a body of `/chat/completions` on each line. What it measures is whether a
 * tool is called and whether calls keep to their schema, so that is what these samples are scored by.
 *
 * @see https://github.com/MoonshotAI/K2-Vendor-Verifier, `prepare_request` in tool_calls_eval.py
 */

import { importRows } from "./import-rows.ts";
import type { Imported, ImportSource } from "./imported.ts";
import { requestSample } from "./request-body.ts";

export const importK2vv = (source: ImportSource): Promise<Imported> =>
  importRows(source, (body, where, unsupported) => {
    const sample = requestSample(body, where, unsupported);
    return sample === null ? null : { ...sample, scorers: ["tool-calls"] };
  });
