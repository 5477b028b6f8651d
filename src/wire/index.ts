export * from "./call.ts";
export { type Clock, systemClock } from "./clock.ts";
export { imagesIn, textOf } from "./content.ts";
export { isRetryable, networkFailure, statusFailure, wasRefused } from "./failure.ts";
export { decodeGaps, encodeGaps } from "./gaps.ts";
export { redact, secretsToRedact } from "./redact.ts";
export { type SendOptions, sendCall, wireBody } from "./send.ts";
export { maxGaps, type Timings } from "./timings.ts";
export { readUsage, type Usage } from "./usage.ts";
