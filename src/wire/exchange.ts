/**
 * One HTTP exchange over undici: bytes out, bytes in, each with the time it arrived, within the limits.
 *
 * Arrivals are stamped in the socket's own callback and handed on in `setImmediate`, which runs after every socket that
 * was ready has been read. So the parsing of one answer does not delay the time stamps of another.
 */
import { Agent, type Dispatcher } from "undici";
import type { CallLimits } from "./call.ts";
import type { Clock } from "./clock.ts";
import type { Headers } from "./failure.ts";

/** How an exchange ended that did not end by itself. */
export type Interruption =
  | { readonly kind: "timeout" | "cancelled" | "too-large" }
  | { readonly kind: "idle-timeout"; readonly afterMs: number }
  | { readonly kind: "network"; readonly error: unknown };

/** Takes what arrives. Times are those of the clock, unrelated to when a method is called. */
export interface Receiver {
  head(status: number, headers: Headers, at: number): void;
  chunk(bytes: Uint8Array, at: number): void;
  /** The last call. `interruption` is null when the response came to its end or when the receiver wanted no more. */
  end(at: number, interruption: Interruption | null): void;
}

export interface ExchangeRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Exchange {
  /** When the exchange was asked for. */
  readonly askedAt: number;
  /** When the request went to an open connection; null before. */
  readonly sentAt: number | null;
  /** Wants no more: ends the exchange with what has been received. */
  stop(connection: "keep" | "break"): void;
}

export interface ExchangeOptions {
  readonly limits: CallLimits;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly dispatcher: Dispatcher | undefined;
}

// No limit on connections: whoever plans the calls limits them, and a request that waits for a connection would be
// timed wrongly. No HTTP/2: streams that share a connection delay each other. No timeouts beside our own.
let sharedAgent: Agent | undefined;

function agent(): Agent {
  sharedAgent ??= new Agent({
    connections: null,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: 30_000,
    maxHeaderSize: 64 * 1024,
  });
  return sharedAgent;
}

/**
 * How long a response may take to end after its last word, ms. It is waited for, as an aborted response takes its
 * connection with it, and a call that follows at once would need another.
 */
const drainMs = 250;

export function startExchange(request: ExchangeRequest, receiver: Receiver, options: ExchangeOptions): Exchange {
  const { limits, clock, signal } = options;
  const askedAt = clock.now();
  let sentAt: number | null = null;
  let lastByteAt = askedAt;
  let receivedBytes = 0;
  const longestSilence = () => (receivedBytes > 0 ? limits.idleMs : (limits.firstByteMs ?? limits.idleMs));
  let arrivals: (() => void)[] = [];
  let closed = false; // nothing is taken in any more
  let stoppedAt: number | null = null; // when the receiver had heard enough
  let ended = false; // the receiver has had its last call
  let controller: Dispatcher.DispatchController | undefined;
  let timer: NodeJS.Timeout | undefined;

  const deliver = (): void => {
    const batch = arrivals;
    arrivals = [];
    for (const arrival of batch) {
      if (ended) return;
      try {
        arrival();
      } catch (error) {
        // Not expected of a receiver; a call must come to an end all the same.
        abort();
        finish(clock.now(), { kind: "network", error });
      }
    }
  };
  const enqueue = (arrival: () => void): void => {
    if (arrivals.length === 0) setImmediate(deliver);
    arrivals.push(arrival);
  };
  const finish = (at: number, interruption: Interruption | null): void => {
    if (ended) return;
    ended = true;
    closed = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
    // What comes after the last word is no part of the answer, and neither is how the connection ends.
    if (stoppedAt === null) receiver.end(at, interruption);
    else receiver.end(stoppedAt, null);
  };
  /** Takes nothing more in, hands on what is there, and lets go of the connection. */
  const interrupt = (interruption: Interruption): void => {
    if (closed) return;
    closed = true;
    const at = clock.now();
    enqueue(() => finish(at, interruption));
    abort();
  };
  const abort = (): void => controller?.abort(new Error("no longer wanted"));
  const cancel = (): void => interrupt({ kind: "cancelled" });

  const overdue = (now: number): Interruption | null => {
    if (now >= askedAt + limits.timeoutMs) return { kind: "timeout" };
    if (now >= lastByteAt + longestSilence()) return { kind: "idle-timeout", afterMs: longestSilence() };
    return null;
  };
  /** One timer for all limits; it is set anew when it fires and with the first byte, not with each. */
  const watch = (): void => {
    clearTimeout(timer);
    const due = Math.min(askedAt + limits.timeoutMs, lastByteAt + longestSilence());
    const wait = Math.min(Math.max(Math.ceil(due - clock.now()), 1), 2 ** 31 - 1);
    timer = setTimeout(() => {
      if (closed) return;
      if (!overdue(clock.now())) return watch();
      // Bytes may wait unread because this process was busy: let the sockets be read once more.
      setImmediate(() => {
        const interruption = overdue(clock.now());
        if (interruption) interrupt(interruption);
        else if (!closed) watch();
      });
    }, wait);
  };

  const exchange: Exchange = {
    askedAt,
    get sentAt() {
      return sentAt;
    },
    stop(connection) {
      if (ended || stoppedAt !== null) return;
      stoppedAt = lastByteAt;
      const finishNow = (): void => {
        abort();
        finish(clock.now(), null);
      };
      if (connection === "break") finishNow();
      else if (!closed) setTimeout(finishNow, drainMs);
    },
  };

  if (signal?.aborted) {
    cancel();
    return exchange;
  }
  signal?.addEventListener("abort", cancel, { once: true });
  watch();

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (closed) return abort();
      sentAt = clock.now();
      lastByteAt = sentAt;
    },
    onResponseStart(_controller, status, headers) {
      if (closed || status < 200) return;
      const at = clock.now();
      lastByteAt = at;
      enqueue(() => receiver.head(status, headers, at));
    },
    onResponseData(_controller, bytes) {
      if (closed || stoppedAt !== null) return;
      const at = clock.now();
      lastByteAt = at;
      const isFirst = receivedBytes === 0;
      receivedBytes += bytes.length;
      if (isFirst && limits.firstByteMs !== undefined) watch();
      const excess = receivedBytes - limits.maxResponseBytes;
      const kept = excess > 0 ? bytes.subarray(0, bytes.length - excess) : bytes;
      enqueue(() => receiver.chunk(kept, at));
      if (excess > 0) interrupt({ kind: "too-large" });
    },
    onResponseEnd() {
      if (closed) return;
      closed = true;
      const at = clock.now();
      // undici takes one turn of the loop to free the connection; a call that follows at once shall find it free.
      enqueue(() => setImmediate(() => finish(at, null)));
    },
    onResponseError(_controller, error) {
      if (closed) return;
      closed = true;
      const at = clock.now();
      enqueue(() => finish(at, { kind: "network", error }));
    },
  };
  const { url } = request;
  const target = {
    origin: url.origin,
    path: url.pathname + url.search,
    method: "POST" as const,
    headers: request.headers,
    body: request.body,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  try {
    (options.dispatcher ?? agent()).dispatch(target, handler);
  } catch (error) {
    interrupt({ kind: "network", error });
  }
  return exchange;
}
