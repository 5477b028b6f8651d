/** A JSON request to a vendor's route that is no chat: embeddings, reranking. What it costs is reserved and settled. */
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
  wasRefused,
} from "../wire/index.ts";

export interface PostOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  /** Left out where nobody keeps count. */
  readonly reserve?: Reserve;
  /** Aborted: the request under way is given up, and its reason is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Makes room for one request before it is sent; what it throws ends the asking.
 *
 * @param ceilingUsd  the request cannot cost more; null where its price is not known
 * @param purpose  what is asked of which model
 * @returns what takes, once, the cost of the request when it has ended, USD, null where that is not known
 */
export type Reserve = (
  ceilingUsd: number | null,
  purpose: string,
) => Promise<{ readonly settle: (costUsd: number | null) => void }>;

/** What is sent, and how it is paid for. */
export interface Post<Answer extends z.ZodType> {
  /** Below the endpoint's base URL. */
  readonly path: "embeddings" | "rerank";
  readonly body: { readonly model: string } & Readonly<Record<string, unknown>>;
  readonly answer: Answer;
  /** No attempt costs more, USD; null where the price is not known. */
  readonly ceilingUsd: number | null;
  /** USD; null where the price is not known, or the answer does not say what was used. */
  readonly costOf: (answer: z.infer<Answer>) => number | null;
}

const attempts = 4;
const timeoutMs = 120_000;

/**
 * What the route answers, in the schema's shape, and what all attempts at it cost, USD, null where that of one is not known.
 * A failure that may pass is tried again up to three times, after the pause that the server asks for, else after ½, 1 and
 * 2 seconds.
 *
 * @throws UserError where it fails for good, or answers something else
 */
export async function postJson<Answer extends z.ZodType>(
  endpoint: Endpoint,
  { path, body, answer, ceilingUsd, costOf }: Post<Answer>,
  { fetch = globalThis.fetch, sleep = paused, reserve = unreserved, signal }: PostOptions = {},
): Promise<{ readonly answer: z.infer<Answer>; readonly costUsd: number | null }> {
  const url = new URL(`${endpoint.baseUrl.replace(/\/+$/, "")}/${path}`);
  let spentUsd: number | null = 0;
  for (let attempt = 1; ; attempt++) {
    const reservation = await reserve(ceilingUsd, `${path} of ${body.model}`);
    const { text, status, failure } = await posted(url, endpoint, body, fetch, signal);
    const read = failure === null ? answer.safeParse(parsed(text)) : null;
    // What was refused costs nothing; of what broke off, or cannot be read, nobody knows the cost.
    const costUsd = read?.success ? costOf(read.data) : wasRefused({ status, failure }) ? 0 : null;
    // Before anything else: whatever happens from here on, the money is spent.
    reservation.settle(costUsd);
    spentUsd = spentUsd === null || costUsd === null ? null : spentUsd + costUsd;
    if (read?.success) return { answer: read.data, costUsd: spentUsd };
    signal?.throwIfAborted();
    if (failure === null)
      throw refused(`${url.host} answered to /${path} with something else: ${text.slice(0, 120)}`, endpoint, path);
    if (!isRetryable(failure) || attempt === attempts) throw refused(failure.message, endpoint, path);
    await sleep(failure.retryAfterMs ?? 500 * 2 ** (attempt - 1), signal);
  }
}

const paused = (ms: number, signal?: AbortSignal) => pause(ms, undefined, { ...(signal !== undefined && { signal }) });

const unreserved: Reserve = async () => ({ settle: () => {} });

interface Posted {
  readonly text: string;
  readonly status: number | null;
  readonly failure: CallFailure | null;
}

async function posted(
  url: URL,
  endpoint: Endpoint,
  body: unknown,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal | undefined,
): Promise<Posted> {
  const { apiKey } = endpoint;
  let status: number | null = null;
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
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
    });
    status = response.status;
    const text = await response.text();
    const headers = Object.fromEntries(response.headers);
    return { text, status, failure: response.ok ? null : statusFailure(status, headers, text, url.host, new Date()) };
  } catch (error) {
    return { text: "", status, failure: networkFailure(error, url.host, null) };
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
