/** A refusal or a failure of the engine, in the shape that the wire wants. */
import { messageOf } from "../errors.ts";
import type { EngineFailure } from "./protocol.ts";

export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly failure: EngineFailure;

  constructor(failure: EngineFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The request is wrong, and stays wrong when it is sent again. */
export function invalidRequest(message: string, param: string | null = null, code: string | null = null): EngineError {
  return new EngineError({ status: 400, type: "invalid_request_error", code, message, param });
}

/** The model's process died or could not do it. */
export function engineFailed(status: 500 | 503, code: string, message: string): EngineError {
  return new EngineError({ status, type: "server_error", code, message, param: null });
}

/** Whatever was thrown, as the wire wants it: what is no EngineError is a bug of ours. */
export function failureOf(error: unknown): EngineFailure {
  return error instanceof EngineError ? error.failure : engineFailed(500, "internal_error", messageOf(error)).failure;
}
