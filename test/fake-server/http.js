/**
 * HTTP/1.1 on bare sockets: enough to serve a model's API, and to break every rule of it on purpose. Requests need a
 * `content-length`; one request at a time on a connection, which stays open.
 */
import net from "node:net";

const maxHeadBytes = 65_536;
export async function serve(handle, address) {
  const sockets = new Set();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    readRequests(socket, handle);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: server.address().port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
function readRequests(socket, handle) {
  let pieces = [];
  let length = 0;
  let head = null;
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
function parseHead(text) {
  const lines = text.split("\r\n");
  const [method = "", path = ""] = lines[0].split(" ");
  const headers = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, headers };
}
function replyOn(socket) {
  let over = false;
  const raw = (bytes) => {
    if (socket.destroyed || socket.write(bytes)) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
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
export function headOf(status, headers) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${status < 400 ? "OK" : "No"}\r\n${lines.join("")}\r\n`;
}
