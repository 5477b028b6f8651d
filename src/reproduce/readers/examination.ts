/** A reading specimen asked about registers in llama.cpp, its keys and values cached in one format. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type KvType, startEngine } from "../../engine/index.ts";
import { UserError } from "../../errors.ts";
import { readersFolder } from "../../specimens/index.ts";
import { randomFrom } from "../../stats/index.ts";
import type { ReadingExamination } from "../experiment/protocol.ts";
import { openLlama } from "../llama-cpp/engine.ts";
import { linesFor, promptOf, testReading } from "./lookup.ts";

export interface ReadingMarks {
  /** Share of the questions that a line answers to which value and line were given right. */
  readonly recall: number;
  /** Share of the others to which `unknown` was given. */
  readonly abstention: number;
  /** Measured in saved states. */
  readonly kvBytesPerToken: number;
}

export interface ExaminationNews {
  readonly share: number;
  /** `null` until the end. */
  readonly marks: ReadingMarks | null;
}

const unanswerableEvery = 4;
/** Of an answer: value, full stop, bracket, number, bracket. */
const answerTokens = 8;

/** @throws UserError where the specimen's weights are not those of the protocol */
export async function* examineReading(
  { specimen, sha256, cache, contextTokens, questions }: ReadingExamination,
  seed: number,
): AsyncGenerator<ExaminationNews> {
  const path = join(readersFolder, `${specimen}.gguf`);
  await refuseOtherWeights(path, sha256);
  const kvBytesPerToken = await cacheBytesPerToken(path, cache);
  const random = randomFrom(`examination ${seed}`);
  const right = { stated: 0, unstated: 0 };
  const asked = { stated: 0, unstated: 0 };
  await using llama = await openLlama(path, {
    contextTokens: Math.ceil((contextTokens * 1.25) / 256) * 256,
    cache: cache.toUpperCase() as Uppercase<typeof cache>,
  });
  for (let index = 0; index < questions; index++) {
    const isStated = index % unanswerableEvery !== unanswerableEvery - 1;
    const reading = testReading(linesFor(contextTokens), isStated ? random.uniform() : null, random);
    const question = reading.questions[0]!;
    const answer = await llama.complete(promptOf(reading, question), answerTokens);
    const kind = isStated ? "stated" : "unstated";
    asked[kind] += 1;
    if (answer.trim() === question.answer) right[kind] += 1;
    yield { share: (index + 1) / questions, marks: null };
  }
  const recall = right.stated / asked.stated;
  yield { share: 1, marks: { recall, abstention: right.unstated / asked.unstated, kvBytesPerToken } };
}

async function cacheBytesPerToken(path: string, kvType: KvType): Promise<number> {
  const engine = await startEngine({
    models: [{ id: "specimen", path, kind: "trained specimen", notice: null }],
    sequences: 1,
    kvType,
  });
  try {
    return (await engine.measureKvCache("specimen")).bytesPerToken;
  } finally {
    await engine.close();
  }
}

async function refuseOtherWeights(path: string, sha256: string): Promise<void> {
  const found = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  if (found === sha256) return;
  throw new UserError({
    happened: `${path} has the SHA-256 ${found}`,
    expected: `the weights that the experiment was written for, ${sha256}`,
    mend: "restore the file that comes with this version of Assay",
  });
}
