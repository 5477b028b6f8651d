/** Safetensors files for tests: a real header, and a body that is announced and all zeros. */

export interface Described {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

const bytesOfDtype: Readonly<Record<string, number>> = {
  ...{ F4: 0.5, BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E8M0: 1 },
  ...{ BF16: 2, F16: 2, F32: 4, I32: 4, U32: 4, I64: 8, F64: 8 },
};

export interface SparseFile {
  /** What is there before the zeros. */
  readonly head: Buffer;
  readonly sizeBytes: number;
}

export function safetensorsFile(tensors: readonly Described[]): SparseFile {
  let offset = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const begin = offset;
    offset += shape.reduce((product, size) => product * size, 1) * bytesOfDtype[dtype]!;
    return [name, { dtype, shape, data_offsets: [begin, offset] }] as const;
  });
  const head = withLength(JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) }));
  return { head, sizeBytes: head.length + offset };
}

/** The 8 bytes of length, and a header as it is given. */
export function withLength(json: string): Buffer {
  const text = Buffer.from(json);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text]);
}

/** Index and shards of a checkpoint whose tensors are dealt out in order. */
export function shardedCheckpoint(tensors: readonly Described[], shards: number): Map<string, SparseFile> {
  const first = (shard: number) => Math.ceil((shard * tensors.length) / shards);
  const files = new Map<string, SparseFile>();
  const weightMap: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard++) {
    const name = `model-${String(shard + 1).padStart(5, "0")}-of-${String(shards).padStart(5, "0")}.safetensors`;
    const part = tensors.slice(first(shard), first(shard + 1));
    for (const tensor of part) weightMap[tensor.name] = name;
    files.set(name, safetensorsFile(part));
  }
  files.set("model.safetensors.index.json", textFile({ metadata: {}, weight_map: weightMap }));
  return files;
}

export function textFile(json: object): SparseFile {
  const head = Buffer.from(JSON.stringify(json));
  return { head, sizeBytes: head.length };
}
