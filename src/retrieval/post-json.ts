/** A JSON request to a vendor's route that is no chat: embeddings, reranking. */
import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import { UserError } from "../errors.ts";
import {
  type CallFailure,
  type Endpoint,
  isRetryable,
  networkFailure,
  redact,
  secretsToRedact,
  statusFailure,
} from "../wire/index.ts";

export interface PostOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

const attempts = 4;
const timeoutMs = 120_000;

/**
 * What the route answers, in the schema's shape. A failure that may pass is tried again up to three times, after the pause
 * that the server asks for, else after ½, 1 and 2 seconds.
 *
 * @param path  below the endpoint's base URL
 * @throws UserError where it fails for good, or answers something else
 */
export async function postJson<Answer extends z.ZodType>(
  endpoint: Endpoint,
  path: "embeddings" | "rerank",
  body: Readonly<Record<string, unknown>>,
  answer: Answer,
  { fetch = globalThis.fetch, sleep = pause }: PostOptions = {},
): Promise<z.infer<Answer>> {
  const url = new URL(`${endpoint.baseUrl.replace(/\/+$/, "")}/${path}`);
  for (let attempt = 1; ; attempt++) {
    const { text, failure } = await posted(url, endpoint, body, fetch);
    if (failure === null) {
      const read = answer.safeParse(parsed(text));
      if (read.success) return read.data;
      throw refused(`${url.host} answered to /${path} with something else: ${text.slice(0, 120)}`, endpoint, path);
    }
    if (!isRetryable(failure) || attempt === attempts) throw refused(failure.message, endpoint, path);
    await sleep(failure.retryAfterMs ?? 500 * 2 ** (attempt - 1));
  }
}

interface Posted {
  readonly text: string;
  readonly failure: CallFailure | null;
}

async function posted(url: URL, endpoint: Endpoint, body: unknown, fetch: typeof globalThis.fetch): Promise<Posted> {
  const { apiKey } = endpoint;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
        ...endpoint.headers,
      },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const headers = Object.fromEntries(response.headers);
    return { text, failure: response.ok ? null : statusFailure(response.status, headers, text, url.host, new Date()) };
  } catch (error) {
    return { text: "", failure: networkFailure(error, url.host, null) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refused = (happened: string, { apiKey }: Endpoint, path: string) =>
  new UserError({
    happened: redact(happened, secretsToRedact([apiKey])),
    expected: `an answer to POST /${path}`,
    mend: "see whether the vendor serves that model there; `assay models` lists the vendors and the variables of their keys",
  });
