/**
 * Sends one request and records all that came of it. It does not throw and it does not try again: whatever a server or a
 * network does ends as a `Call`, with `failure` where the answer did not come whole.
 */
import type { Dispatcher } from "undici";
import { messageOf } from "../errors.ts";
import { type Adapter, adapterOf } from "./adapter.ts";
import { answerOf } from "./answer-draft.ts";
import { BodyReader } from "./body-reader.ts";
import {
  type Call,
  type CallFailure,
  type CallLimits,
  type CallRequest,
  defaultLimits,
  defaultMaxEventCharacters,
  type Endpoint,
} from "./call.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Exchange, type Interruption, startExchange } from "./exchange.ts";
import { errorInsideFailure, excerpt, type Headers, header, networkFailure, statusFailure } from "./failure.ts";
import { redact, secretsToRedact } from "./redact.ts";
import { readUsage } from "./usage.ts";

export interface SendOptions {
  readonly limits?: Partial<CallLimits>;
  /** Ends the call as `cancelled`. */
  readonly signal?: AbortSignal;
  /** In place of the shared pool of connections. */
  readonly dispatcher?: Dispatcher;
  readonly clock?: Clock;
}

/** The body that a request becomes in a protocol. */
export const wireBody = (protocol: Endpoint["protocol"], request: CallRequest): Readonly<Record<string, unknown>> =>
  adapterOf(protocol).body(request);

/** Sends a request to an endpoint. The promise is never rejected for what a server, a network or an address does. */
export function sendCall(endpoint: Endpoint, request: CallRequest, options: SendOptions = {}): Promise<Call> {
  const clock = options.clock ?? systemClock;
  const limits = { ...defaultLimits, ...options.limits };
  limits.maxResponseBytes = Math.min(limits.maxResponseBytes, maxStringBytes);
  const adapter = adapterOf(endpoint.protocol);
  const prepared = prepare(endpoint, adapter, request);
  const reader = new BodyReader(adapter, limits.maxEventCharacters ?? defaultMaxEventCharacters);
  const seen: Seen = { status: null, headers: {}, headersAt: null };
  const askedOn = clock.date();

  return new Promise((resolve) => {
    const settle = (sentAt: number | null, askedAt: number, endedAt: number, failure: CallFailure | null): void => {
      const zero = sentAt ?? askedAt;
      const since = (at: number | null): number | null => (at === null ? null : Math.max(at - zero, 0));
      const { draft, moments } = reader;
      const call: Call = {
        protocol: endpoint.protocol,
        url: prepared.url?.href ?? endpoint.baseUrl,
        requestBody: prepared.body,
        status: seen.status,
        responseBody: reader.body,
        answer: answerOf(draft),
        usage: readUsage(draft.usageSource),
        serverTimings: draft.serverTimings,
        timings: {
          sentAt: new Date(askedOn.getTime() + (zero - askedAt)).toISOString(),
          connectMs: sentAt === null ? null : sentAt - askedAt,
          headersMs: since(seen.headersAt),
          firstEventMs: since(moments.firstEvent),
          firstReasoningMs: since(moments.firstReasoning),
          firstContentMs: since(moments.firstContent),
          gapsUs: moments.gapsUs,
          endMs: since(endedAt) ?? 0,
        },
        failure,
      };
      const { timings, ...words } = call;
      resolve({ ...redact(words, secretsOf(endpoint)), timings });
    };

    const { url } = prepared;
    if (!url || prepared.problem !== null) {
      const now = clock.now();
      settle(null, now, now, {
        class: "invalid-request",
        message: prepared.problem ?? "the request cannot be sent",
        status: null,
        retryAfterMs: null,
      });
      return;
    }
    const exchange: Exchange = startExchange(
      { url, headers: prepared.headers, body: prepared.body },
      {
        head(status, headers, at) {
          seen.status = status;
          seen.headers = headers;
          seen.headersAt = at;
          // It was not asked for, and unpacking what a stranger packed is how a small body becomes a huge one.
          if (isCompressed(headers)) exchange.stop("break");
        },
        chunk(bytes, at) {
          reader.chunk(bytes, at);
          if (isGood(seen.status)) {
            if (reader.isSettled) exchange.stop(reader.eventTooLarge ? "break" : "keep");
          } else if (reader.bodyCharacters > maxUnusableBodyCharacters) {
            exchange.stop("break");
          }
        },
        end(at, interruption) {
          reader.end(interruption === null);
          const failure = failureOf(seen, reader, interruption, limits, url.host, clock.date());
          if (failure?.class === "response-too-large") reader.cutBody(maxUnusableBodyCharacters);
          settle(exchange.sentAt, exchange.askedAt, at, failure);
        },
      },
      { limits, clock, signal: options.signal, dispatcher: options.dispatcher },
    );
  });
}

/** A body is held as one string, and strings have an end not far above this. */
const maxStringBytes = 2 ** 28;

/** Kept of a body that cannot become an answer: one with a bad status, or one that is too large. */
const maxUnusableBodyCharacters = 2 ** 20;

interface Seen {
  status: number | null;
  headers: Headers;
  headersAt: number | null;
}

interface Prepared {
  readonly url: URL | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Why it cannot be sent. */
  readonly problem: string | null;
}

/** What every call to an endpoint needs of it, worked out once: an address takes longer to parse than to call. */
interface Target {
  readonly url: URL | null;
  readonly secrets: readonly string[];
}
const targets = new WeakMap<Endpoint, Target>();

function targetOf(endpoint: Endpoint): Target {
  const known = targets.get(endpoint);
  if (known !== undefined) return known;
  const target = { url: urlOf(endpoint.baseUrl, adapterOf(endpoint.protocol).path), secrets: secretsOf(endpoint) };
  targets.set(endpoint, target);
  return target;
}

function prepare(endpoint: Endpoint, adapter: Adapter, request: CallRequest): Prepared {
  const headers = {
    "content-type": "application/json",
    accept: request.stream ? "text/event-stream" : "application/json",
    "accept-encoding": "identity",
    "user-agent": "assay",
    ...adapter.headers(endpoint.apiKey),
    ...endpoint.headers,
  };
  const { url } = targetOf(endpoint);
  const unsent = { url, headers, body: "" };
  if (!url) return { ...unsent, problem: `${excerpt(endpoint.baseUrl)} is not an http or https address` };
  try {
    return { ...unsent, body: JSON.stringify(adapter.body(request)), problem: null };
  } catch (error) {
    return { ...unsent, problem: `the request cannot be written as JSON: ${excerpt(messageOf(error))}` };
  }
}

/** The address of a protocol's path below a base URL; a query of the base (Azure's `api-version`) is kept. */
function urlOf(baseUrl: string, path: string): URL | null {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}

/** The key, and what stands in headers and query parameters whose names say that it is one. */
function secretsOf(endpoint: Endpoint): readonly string[] {
  const query = URL.parse(endpoint.baseUrl)?.searchParams ?? [];
  const named = [...Object.entries(endpoint.headers ?? {}), ...query]
    .filter(([name]) => /auth|key|token|secret|cookie/i.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\w+ /, "")]);
  return secretsToRedact([endpoint.apiKey, ...named]);
}

function isGood(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function isCompressed(headers: Headers): boolean {
  const encoding = header(headers, "content-encoding")?.trim().toLowerCase();
  return encoding !== undefined && encoding !== "" && encoding !== "identity";
}

/** Why the answer is not whole; null when it is. */
function failureOf(
  seen: Seen,
  reader: BodyReader,
  interruption: Interruption | null,
  limits: CallLimits,
  host: string,
  now: Date,
): CallFailure | null {
  const { draft, kind } = reader;
  const { status, headers } = seen;
  const failure = (failureClass: CallFailure["class"], message: string): CallFailure => ({
    class: failureClass,
    message: `${host}: ${message}`,
    status,
    retryAfterMs: null,
  });
  if (interruption?.kind === "cancelled") return failure("cancelled", "the call was cancelled");
  // A bad status says more than how its body ended.
  if (status !== null && !isGood(status)) return statusFailure(status, headers, reader.body, host, now);
  if (isCompressed(headers)) {
    const encoding = excerpt(header(headers, "content-encoding") ?? "");
    return failure("malformed-response", `the answer is compressed (${encoding}) though that was not asked for`);
  }
  if (draft.serverError && status !== null) return errorInsideFailure(draft.serverError, status, headers, host, now);
  if (reader.eventTooLarge) {
    return failure(
      "response-too-large",
      `one event is above ${limits.maxEventCharacters ?? defaultMaxEventCharacters} characters`,
    );
  }
  if (draft.malformed !== null) {
    return failure("malformed-response", `the answer cannot be read: ${excerpt(draft.malformed)}`);
  }
  const isWhole = kind === "events" ? draft.finishReason !== null || draft.done : interruption === null;
  if (draft.begun && isWhole) {
    if (draft.finishReason === "error") return failure("server-error", "the answer ended with finish reason `error`");
    return null;
  }
  if (interruption) return interruptionFailure(interruption, limits, host, status);
  if (kind === "events" && draft.begun) {
    return failure("truncated-stream", "the stream ended before the answer did: no finish reason came");
  }
  const start = excerpt(reader.body.slice(0, 400)).slice(0, 120);
  if (kind === "empty") return failure("malformed-response", "the body is empty");
  return failure("malformed-response", `the body holds no answer; it begins: ${start}`);
}

function interruptionFailure(
  interruption: Interruption,
  limits: CallLimits,
  host: string,
  status: number | null,
): CallFailure {
  const failure = (failureClass: CallFailure["class"], message: string): CallFailure => ({
    class: failureClass,
    message: `${host}: ${message}`,
    status,
    retryAfterMs: null,
  });
  switch (interruption.kind) {
    case "timeout":
      return failure("timeout", `no whole answer within ${limits.timeoutMs / 1000} s`);
    case "idle-timeout":
      return failure("idle-timeout", `not a byte for ${interruption.afterMs / 1000} s`);
    case "too-large":
      return failure("response-too-large", `the answer is above ${limits.maxResponseBytes} bytes`);
    case "cancelled":
      return failure("cancelled", "the call was cancelled");
    case "network":
      return networkFailure(interruption.error, host, status);
  }
}
