/** A training step beside PyTorch's on the same cores, and memory over thousands of steps. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { formatBytes } from "../src/units/index.ts";
import { median, type Outcome, spreadOf } from "./outcome.ts";
import { pathOf, runNode } from "./programs.ts";

const steps = 12;
const threads = [1, 2] as const;
const longRunSteps = 5000;
/** Debian's and others' interpreters that may have PyTorch. */
const interpreters = ["python3", "/usr/bin/python3"];

export async function training(rounds: number): Promise<Outcome> {
  const python = interpreters.find((program) => spawnSync(program, ["-c", "import torch"]).status === 0);
  if (python === undefined)
    throw new Error(
      `no PyTorch: none of ${interpreters.join(", ")} can import torch (Debian: apt install python3-torch)`,
    );
  const ours = new Map<number, number[]>(threads.map((count) => [count, []]));
  const theirs = new Map<number, number[]>(threads.map((count) => [count, []]));
  for (let round = 0; round < rounds; round++)
    for (const count of threads) {
      ours.get(count)!.push(await ourRate(count));
      theirs.get(count)!.push(torchRate(python, count));
    }
  const ratios = (count: number) => ours.get(count)!.map((rate, round) => rate / theirs.get(count)![round]!);
  const middle = median(ratios(1));
  const memory = await longRun();
  return {
    title: "Training step of a decoder with 3.2 M parameters, 8 × 256 tokens, AdamW, float32",
    table: [
      ["", "tokens/s, 1 thread", "tokens/s, 2 threads"],
      ["Assay (onnxruntime-node)", ...threads.map((count) => spreadOf(ours.get(count)!))],
      ["PyTorch", ...threads.map((count) => spreadOf(theirs.get(count)!))],
      ["ratio, round by round", ...threads.map((count) => spreadOf(ratios(count), 2))],
    ],
    goals: [
      { goal: "at least 0.9 of PyTorch on one thread", measured: `${middle.toFixed(2)}×`, met: middle >= 0.9 },
      {
        goal: `memory flat over ${longRunSteps} steps (0.2 M parameters): at most 5 % more at the end than after a tenth`,
        measured: `${formatBytes(memory.early)} → ${formatBytes(memory.late)}`,
        met: memory.late <= 1.05 * memory.early,
      },
    ],
    notes: [`PyTorch ${torchVersion(python)}; a step is forward pass, gradients and update.`],
    figures: { ours: [...ours], theirs: [...theirs], memory },
  };
}

async function ourRate(count: number): Promise<number> {
  const { stdout } = await runNode([pathOf("training-step.ts"), "rate", String(steps), String(count)]);
  return Number(stdout);
}

async function longRun(): Promise<{ early: number; late: number }> {
  const { stdout } = await runNode([pathOf("training-step.ts"), "memory", String(longRunSteps), "1"]);
  return JSON.parse(stdout) as { early: number; late: number };
}

function torchRate(python: string, count: number): number {
  const script = pathOf("training_step.py");
  if (!existsSync(script)) throw new Error(`${script} is missing`);
  const { status, stdout, stderr } = spawnSync(python, [script, String(steps), String(count)], {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: String(count), OPENBLAS_NUM_THREADS: String(count) },
  });
  if (status !== 0) throw new Error(`PyTorch's step failed:\n${stderr}`);
  return Number(stdout);
}

const torchVersion = (python: string) =>
  spawnSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" }).stdout.trim();
