export * from "./call.ts";
export type { Timings } from "./timings.ts";
export type { Usage } from "./usage.ts";
