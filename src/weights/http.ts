/**
 * Requests to a model hub and the storage behind it. Redirects are followed here, one by one, because the token belongs
 * to the hub alone: the storage it redirects to never sees it.
 */
import { type Dispatcher, request } from "undici";
import { messageOf, UserError } from "../errors.ts";

export interface Remote {
  /** Origin of the hub, `https://huggingface.co` or a mirror. */
  readonly endpoint: string;
  /** Sent to the endpoint's own origin and nowhere else. */
  readonly token?: string;
  /** Longest wait for the next bytes; a whole answer may take ten times as long. */
  readonly timeoutMs: number;
}

export const huggingFace: Remote = { endpoint: "https://huggingface.co", timeoutMs: 30_000 };

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

export interface Answer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData["headers"];
  readonly body: Dispatcher.ResponseData["body"];
  /** Where the redirects ended. */
  readonly url: string;
}

/**
 * GET, redirects followed. The caller reads or destroys the body.
 *
 * @param range  first and last byte, both included
 * @throws UserError for what a person can mend: no network, no access, rate limits, endless redirects
 */
export async function get(url: string, remote: Remote, range?: readonly [number, number]): Promise<Answer> {
  let at = new URL(url);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const { statusCode: status, headers, body } = await send(at, remote, range);
    if (!redirects.has(status)) {
      if (status < 400 || status === 404 || status === 416) return { status, headers, body, url: at.href };
      drop(body);
      throw refused(at, status);
    }
    await body.dump({ limit: 4_096 }); // read to its end, so that the connection serves again
    const next = typeof headers.location === "string" ? URL.parse(headers.location, at.href) : null;
    if (next === null || !["https:", at.protocol].includes(next.protocol))
      throw failure(at, "it redirects to an address that is none or is not encrypted");
    at = next;
  }
  throw failure(new URL(url), `it redirects more than ${mostRedirects} times`);
}

async function send(url: URL, { endpoint, token, timeoutMs }: Remote, range?: readonly [number, number]) {
  const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "assay" };
  if (range !== undefined) headers.range = `bytes=${range[0]}-${range[1]}`;
  if (token !== undefined && url.origin === new URL(endpoint).origin) headers.authorization = `Bearer ${token}`;
  try {
    const signal = AbortSignal.timeout(10 * timeoutMs);
    return await request(url, { headers, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, signal });
  } catch (error) {
    throw unreachable(url, error);
  }
}

/** Closes a body that nobody reads. It complains of that in an event, which would end the process. */
export function drop(body: Answer["body"]): void {
  body.on("error", () => {});
  body.destroy();
}

/** Text of at most `mostBytes` bytes; null where there is none (404). */
export async function readText(url: string, remote: Remote, mostBytes: number): Promise<string | null> {
  const answer = await get(url, remote);
  if (answer.status === 404) {
    drop(answer.body);
    return null;
  }
  return new TextDecoder().decode(await readBody(answer, mostBytes));
}

/** @throws UserError where the body is longer than `mostBytes`, and where it breaks off */
export async function readBody({ url, headers, body }: Answer, mostBytes: number): Promise<Uint8Array> {
  const announced = Number(headers["content-length"]);
  // Grown from what the server announces, never beyond what is allowed, whatever it sends.
  let bytes = Buffer.allocUnsafe(Math.min(announced || 65_536, mostBytes));
  let filled = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const end = filled + chunk.length;
      if (end > mostBytes) throw failure(new URL(url), `it sends more than the ${mostBytes} bytes that were expected`);
      if (end > bytes.length) bytes = Buffer.concat([bytes], Math.min(Math.max(end, 2 * bytes.length), mostBytes));
      chunk.copy(bytes, filled);
      filled = end;
    }
  } catch (error) {
    throw error instanceof UserError ? error : unreachable(new URL(url), error);
  }
  return bytes.subarray(0, filled);
}

export const failure = (url: URL, why: string): UserError =>
  new UserError({
    happened: `${withoutQuery(url)} cannot be read: ${why}`,
    expected: "a hub that serves files in ranges, as https://huggingface.co does",
    mend: "check the endpoint, or download the files and name their folder",
  });

const unreachable = (url: URL, error: unknown): UserError =>
  new UserError(
    {
      happened: `${withoutQuery(url)} cannot be reached: ${messageOf(error) || "no connection"}`,
      expected: "a network connection to the hub",
      mend: "check the connection and HF_ENDPOINT, or name a folder on this machine",
    },
    { cause: error },
  );

function refused(url: URL, status: number): UserError {
  if (status === 401 || status === 403)
    return new UserError({
      happened: `${withoutQuery(url)} is not open to you (HTTP ${status})`,
      expected: "a public repository that exists, or a token with access to it",
      mend: "check the name; accept the model's terms on its page, and set HF_TOKEN",
    });
  if (status === 429)
    return new UserError({
      happened: `${url.host} refuses further requests for now (HTTP 429)`,
      expected: "fewer requests than the hub's limit",
      mend: "wait some minutes, or set HF_TOKEN for a higher limit",
    });
  return failure(url, `HTTP ${status}`);
}

/** Signed addresses carry their signature in the query. */
const withoutQuery = (url: URL): string => `${url.origin}${url.pathname}`;
