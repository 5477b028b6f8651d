import { type HttpRequest, type Reply } from "./http.ts";
import { type Script } from "./script.ts";
export type Fault = (reply: Reply, script: Script, request: HttpRequest) => void | Promise<void>;
/** `429?retryAfter=2`, `503?retryAfterMs=20`, `429?retryDate=Wed, 21 Oct 2026 07:28:00 GMT`. */
export declare function statusFault(status: number): Fault;
export declare const faults: Readonly<Record<string, Fault>>;
