/** Asks the measuring process, and starts it again where it died. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { KvType } from "../../src/engine/index.ts";

export interface Ask {
  readonly path: string;
  readonly kvType: KvType;
  /** Tokens, rising. */
  readonly lengths: readonly number[];
}
export type Answer =
  | { readonly points: readonly { readonly tokens: number; readonly stateBytes: number }[] }
  | { readonly refused: string };

let child: ChildProcess | null = null;

/** @returns the bytes of tensors in a sequence's saved state, at each length; one question at a time */
export async function measure(ask: Ask): Promise<readonly number[]> {
  child ??= fork(join(import.meta.dirname, "measuring.ts"), {
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const asked = child;
  const answer = await new Promise<Answer>((resolve) => {
    const died = (code: number | null, signal: string | null) => {
      child = null;
      resolve({ refused: `llama.cpp died: ${signal ?? code}` });
    };
    asked.once("exit", died);
    asked.once("message", (message: Answer) => {
      asked.off("exit", died);
      resolve(message);
    });
    asked.send(ask);
  });
  if ("refused" in answer) throw new Error(`llama.cpp refuses it: ${answer.refused}`);
  return answer.points.map(({ stateBytes }) => stateBytes);
}

export const endMeasuring = () => child?.kill("SIGKILL");
