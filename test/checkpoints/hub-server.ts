/**
 * A model hub on the loopback, as huggingface.co behaves: small files come at once, large ones by a redirect to storage on
 * another origin that serves ranges. It never sends a byte of weights unasked, and remembers what it was asked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SparseFile } from "./safetensors-bytes.ts";

export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  readonly storage: boolean;
}

export interface Hub extends AsyncDisposable {
  readonly endpoint: string;
  readonly asked: readonly Asked[];
  /** Bytes of bodies sent, all answers together. */
  readonly sentBytes: () => number;
}

export interface HubOptions {
  /** Answers before anything else where it returns true. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** @param repositories  files by repository, `owner/name` */
export async function startHub(
  repositories: ReadonlyMap<string, ReadonlyMap<string, SparseFile>>,
  { instead }: HubOptions = {},
): Promise<Hub> {
  const asked: Asked[] = [];
  let sentBytes = 0;
  const send = (response: ServerResponse, status: number, body: Buffer, headers: Record<string, string> = {}) => {
    sentBytes += body.length;
    response.writeHead(status, { "content-length": body.length, etag: '"test"', ...headers }).end(body);
  };

  const answer = (storage: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, "http://hub");
    const { authorization, range } = request.headers;
    asked.push({ path: url.pathname, authorization, range, storage });
    if (instead?.(request, response)) return;
    const [, api] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\//.exec(url.pathname) ?? [];
    if (api !== undefined) {
      const files = repositories.get(api);
      if (files === undefined) return send(response, 404, Buffer.alloc(0));
      const siblings = [...files.keys()].map((rfilename) => ({ rfilename }));
      return send(response, 200, Buffer.from(JSON.stringify({ siblings })));
    }
    const [, id, name] = /^\/([^/]+\/[^/]+)\/(?:resolve|raw)\/[^/]+\/(.+)$/.exec(url.pathname) ?? [];
    const file = repositories.get(id ?? "")?.get(decodeURIComponent(name ?? ""));
    if (file === undefined) return send(response, 404, Buffer.alloc(0));
    const large = file.sizeBytes > file.head.length || name!.endsWith(".safetensors") || name!.endsWith(".gguf");
    if (large && !storage)
      return send(response, 302, Buffer.alloc(0), { location: `${origin(storageServer)}${url.pathname}?signature=x` });
    const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? "");
    if (match === null) return send(response, 200, file.head);
    const [first, last] = [Number(match[1]), Math.min(Number(match[2]), file.sizeBytes - 1)];
    if (first >= file.sizeBytes) return send(response, 416, Buffer.alloc(0));
    const body = Buffer.alloc(last - first + 1);
    file.head.copy(body, 0, first, last + 1);
    send(response, 206, body, { "content-range": `bytes ${first}-${last}/${file.sizeBytes}` });
  };

  const hubServer = createServer(answer(false));
  const storageServer = createServer(answer(true));
  const servers = [hubServer, storageServer];
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: origin(hubServer),
    asked,
    sentBytes: () => sentBytes,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

const origin = (server: ReturnType<typeof createServer>) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
