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
export declare function serve(
  handle: (request: HttpRequest, reply: Reply) => void,
  address: {
    readonly port: number;
    readonly host: string;
  },
): Promise<HttpServer>;
export declare function headOf(status: number, headers: Record<string, string>): string;
