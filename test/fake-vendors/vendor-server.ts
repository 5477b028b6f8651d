/** A vendor's endpoint on a loopback socket: one path that takes a JSON body and answers whole or in events. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "../../src/wire/index.ts";

export interface VendorOptions {
  /** Where a cache takes its times from. */
  readonly clock?: Clock;
  /** What the model answers, from the text of the last message. */
  readonly answer?: (lastMessage: string) => string;
}

export interface VendorServer {
  /** With the version part: `http://127.0.0.1:1234/v1`. */
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** A request that the vendor does not take; the endpoint answers with this status. */
export class Refusal extends Error {
  readonly status: number;
  /** As the vendor names it, e.g. `invalid_request_error`. */
  readonly type: string;
  constructor(message: string, status = 400, type = "invalid_request_error") {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/** One JSON value, or the text of server-sent events. */
export type Reply = { readonly json: object } | { readonly events: readonly string[] };

export interface Endpoint {
  /** Below the base URL. */
  readonly path: string;
  respond(body: Readonly<Record<string, unknown>>, nowMs: number): Reply;
  errorBody(refusal: Refusal): object;
}

export async function startVendorServer(endpoint: Endpoint, clock: Clock = systemClock): Promise<VendorServer> {
  // A request is looked up, answered and stored before the next one is looked at, so a test knows who came first.
  const answer = (method: string | undefined, url: string | undefined, text: string): Reply => {
    if (method !== "POST" || url !== `/v1/${endpoint.path}`) throw new Refusal("no such path", 404, "not_found_error");
    return endpoint.respond(parsed(text), clock.now());
  };
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    request.on("end", () => {
      try {
        const reply = answer(request.method, request.url, text);
        if ("json" in reply) {
          response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply.json));
          return;
        }
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const event of reply.events) response.write(event);
        response.end();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const body = JSON.stringify(endpoint.errorBody(error));
        response.writeHead(error.status, { "content-type": "application/json" }).end(body);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, like any other body that is no object.
  }
  throw new Refusal("the body is not a JSON object");
}
