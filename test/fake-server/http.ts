/**
 * HTTP/1.1 on bare sockets: enough to serve a model's API, and to break every rule of it on purpose. Requests need a
 * `content-length`; one request at a time on a connection, which stays open.
 */
import net from "node:net";

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** When its last byte was there, `performance.now()`. */
  readonly receivedAt: number;
}

export interface Reply {
  readonly socket: net.Socket;
  /** The other side went away, or the reply was finished. */
  readonly isOver: boolean;
  /** Headers of a response whose body comes in pieces, with `chunked` framing. */
  start(status: number, headers: Record<string, string>): void;
  /** A piece of a started body. Resolves at once unless the socket is full. */
  write(piece: string | Uint8Array): Promise<void>;
  finish(): void;
  /** Headers and body in one write. */
  whole(status: number, headers: Record<string, string>, body: string | Uint8Array): void;
  /** Bytes as they are, for what is not HTTP any more. */
  raw(bytes: string | Uint8Array): Promise<void>;
  /** Breaks the connection with a reset. */
  reset(): void;
  /** Closes the connection in an orderly way, whatever has been sent. */
  hangUp(): void;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

const maxHeadBytes = 65_536;

export async function serve(
  handle: (request: HttpRequest, reply: Reply) => void,
  address: { readonly port: number; readonly host: string },
): Promise<HttpServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    readRequests(socket, handle);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function readRequests(socket: net.Socket, handle: (request: HttpRequest, reply: Reply) => void): void {
  let pieces: Buffer[] = [];
  let length = 0;
  let head: { method: string; path: string; headers: Record<string, string> } | null = null;
  let needed = 0;
  socket.on("data", (piece) => {
    pieces.push(piece);
    length += piece.length;
    if (head && length < needed) return;
    let bytes = pieces.length === 1 ? piece : Buffer.concat(pieces, length);
    while (bytes.length > 0) {
      if (!head) {
        const end = bytes.indexOf("\r\n\r\n");
        if (end < 0) {
          if (bytes.length > maxHeadBytes) socket.destroy();
          break;
        }
        head = parseHead(bytes.toString("latin1", 0, end));
        needed = end + 4 + Number(head.headers["content-length"] ?? 0);
        if (head.headers.expect === "100-continue") socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      if (bytes.length < needed) break;
      const start = bytes.indexOf("\r\n\r\n") + 4;
      const request = { ...head, body: bytes.subarray(start, needed), receivedAt: performance.now() };
      bytes = bytes.subarray(needed);
      head = null;
      needed = 0;
      handle(request, replyOn(socket));
    }
    pieces = bytes.length > 0 ? [bytes] : [];
    length = bytes.length;
  });
}

function parseHead(text: string): { method: string; path: string; headers: Record<string, string> } {
  const lines = text.split("\r\n");
  const [method = "", path = ""] = lines[0]!.split(" ");
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, headers };
}

function replyOn(socket: net.Socket): Reply {
  let over = false;
  const raw = (bytes: string | Uint8Array): Promise<void> => {
    if (socket.destroyed || socket.write(bytes)) return Promise.resolve();
    return new Promise((resolve) => {
      const go = (): void => {
        socket.off("drain", go);
        socket.off("close", go);
        resolve();
      };
      socket.on("drain", go);
      socket.on("close", go);
    });
  };
  return {
    socket,
    get isOver() {
      return over || socket.destroyed;
    },
    start(status, headers) {
      void raw(headOf(status, { ...headers, "transfer-encoding": "chunked" }));
    },
    write(piece) {
      const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
      if (bytes.length === 0) return Promise.resolve();
      socket.cork();
      void raw(`${bytes.length.toString(16)}\r\n`);
      void raw(bytes);
      const written = raw("\r\n");
      socket.uncork();
      return written;
    },
    finish() {
      over = true;
      void raw("0\r\n\r\n");
    },
    whole(status, headers, body) {
      over = true;
      const head = headOf(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
      if (typeof body === "string") {
        void raw(head + body);
      } else {
        socket.cork();
        void raw(head);
        void raw(body);
        socket.uncork();
      }
    },
    raw,
    reset() {
      over = true;
      socket.resetAndDestroy();
    },
    hangUp() {
      over = true;
      socket.end();
    },
  };
}

export function headOf(status: number, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${status < 400 ? "OK" : "No"}\r\n${lines.join("")}\r\n`;
}
