/** The witnesses that a model's own file makes: its tensors, and what llama.cpp keeps of a sequence of it. */
import { startEngine } from "../engine/index.ts";
import { type Checkpoint, placedTensors } from "../weights/index.ts";
import { checkpointWitness } from "./witnesses/checkpoint.ts";
import { engineWitness } from "./witnesses/engine.ts";
import type { Witness } from "./witnesses/witness.ts";

export interface ModelFile {
  /** Whose file it is: the subject of the statements. */
  readonly subject: string;
  readonly checkpoint: Checkpoint;
  /** Layers of the backbone. */
  readonly layers: number;
  /** Of a GGUF on this machine, which is loaded and measured; null for all else. */
  readonly ggufPath: string | null;
  /** Today (YYYY-MM-DD). */
  readonly on: string;
}

/** @throws UserError where the engine cannot load the file */
export async function fileWitnesses({ subject, checkpoint, layers, ggufPath, on }: ModelFile): Promise<Witness[]> {
  const { name } = checkpoint;
  const counted = checkpointWitness({ subject, name, tensors: placedTensors(checkpoint, layers), on });
  if (ggufPath === null) return [counted];
  const model = { id: name, path: ggufPath, kind: "gguf", notice: null };
  const engine = await startEngine({ models: [model], sequences: 1 });
  try {
    return [counted, engineWitness({ subject, name, measurement: await engine.measureKvCache(name), on })];
  } finally {
    await engine.close();
  }
}
