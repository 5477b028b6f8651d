/**
 * Tells apart what llama.cpp's file of one saved sequence is made of: the state itself, which is the bytes of tensors,
 * and records about it: headers, token ids, positions.
 *
 *   file         "ggsq", version, token count: u32 each; token ids: i32 each      llama-context.cpp, state_seq_save_file
 *   then         what the model's memory writes: one part, or several one after the other (sliding windows: base and
 *                window; DSA: latents and indexer keys; hybrids: cache and recurrent state), or the parts of DeepSeek-V4
 *   KV cache     streams, cells: u32; each cell its position, sequence count and sequence id, 12 B; transposed,
 *                layers: u32; keys of each layer, then values of each, where there are any      llama-kv-cache.cpp
 *   recurrent    cells: u32; the cell's position and sequence count; transposed, layers: u32; convolution states, then
 *                recurrent states, of the layers that have them, which may be empty       llama-memory-recurrent.cpp
 *   tensor       type: i32, bytes of a row: u64, rows (in DeepSeek-V4 also the length and count of rows: u64)
 *   DeepSeek-V4  "DSV4", version, mode: u32; the raw KV caches; the entries of CSA, HCA and the indexer; their waiting
 *                tokens                                                           llama-kv-cache-dsv4.cpp
 *
 * Little-endian throughout; `state_write` of each memory class of llama.cpp v0.5.0. The file does not say which memory
 * wrote it, nor how many layers have values or a recurrent state, so all ways to read it are tried: the right one ends
 * where the file ends.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export interface SavedState {
  /** Bytes of keys, values, latents, recurrent and compressor states. */
  readonly stateBytes: number;
  /** Bytes of all else. */
  readonly recordBytes: number;
}

/** A place in the file, and the bytes of tensors that lie before it. */
interface Place {
  readonly at: number;
  readonly stateBytes: number;
}

interface File {
  readonly bytes: number;
  readonly u32: (at: number) => number;
  /** Sizes: below 2^53. */
  readonly u64: (at: number) => number;
}

type Reading = Generator<Place, void>;

const fileMagic = 0x67677371;
const deepSeekV4Magic = 0x34565344;
/** Position, sequence count, sequence id. */
const cellBytes = 12;
/** Position in an image and token id, which models that read images or n-grams keep with each cell. */
const cellExtensions = [0, 12];
/** ggml's numbers of f32, f16, q4_0 and q8_0. */
const tensorTypes = [0, 1, 2, 8];

/** @throws RangeError for a file that is not made as above */
export function readStateFile(path: string): SavedState {
  const descriptor = openSync(path, "r");
  try {
    const file = reader(descriptor);
    if (file.u32(0) !== fileMagic) throw new RangeError("not a saved sequence of llama.cpp");
    const memory = { at: 12 + 4 * file.u32(8), stateBytes: 0 };
    for (const { at, stateBytes } of parts(file, memory))
      if (at === file.bytes) return { stateBytes, recordBytes: file.bytes - stateBytes };
    throw new RangeError("llama.cpp saved this model's state in a form that is not known here");
  } finally {
    closeSync(descriptor);
  }
}

/** What lies behind the end of the file reads as 0. */
function reader(descriptor: number): File {
  const number = Buffer.alloc(8);
  const read = (at: number) => {
    number.fill(0);
    readSync(descriptor, number, 0, 8, at);
    return number;
  };
  return {
    bytes: fstatSync(descriptor).size,
    u32: (at) => read(at).readUInt32LE(),
    u64: (at) => Number(read(at).readBigUInt64LE()),
  };
}

/** Every way to read parts to the end of the file. */
function* parts(file: File, from: Place): Reading {
  if (from.at >= file.bytes) return yield from;
  if (file.u32(from.at) === deepSeekV4Magic) return yield* deepSeekV4(file, { ...from, at: from.at + 12 });
  for (const read of [kvCache, recurrent]) for (const end of read(file, from)) yield* parts(file, end);
}

function* kvCache(file: File, from: Place): Reading {
  const [streams, cells] = [file.u32(from.at), file.u32(from.at + 4)];
  const first = from.at + 8;
  if (streams !== 1) return;
  if (cells === 0) return yield { ...from, at: first };
  if (file.u32(first + 4) !== 1) return;
  for (const extension of cellExtensions) {
    const at = first + cells * (cellBytes + extension);
    const [isTransposed, layers] = [file.u32(at), file.u32(at + 4)];
    const keys = isTransposed === 0 ? tensors(file, { ...from, at: at + 8 }, layers, cells) : null;
    const values = keys && tensors(file, keys, layers, cells);
    if (values) yield values;
    if (keys) yield keys;
  }
}

function* recurrent(file: File, from: Place): Reading {
  const [cells, , sequences, isTransposed] = [0, 4, 8, 12].map((offset) => file.u32(from.at + offset));
  if (cells !== 1 || sequences !== 0 || isTransposed !== 0) return;
  const layers = file.u32(from.at + 16);
  let end: Place | null = { ...from, at: from.at + 20 };
  for (let withState = 1; end && withState <= layers; withState++) {
    end = tensors(file, end, 2, 1, { mayBeEmpty: true });
    if (end) yield end;
  }
}

/** The tensors of `count` layers one after the other; null where they cannot be that. */
function tensors(file: File, from: Place, count: number, rows: number, { mayBeEmpty = false } = {}): Place | null {
  let { at, stateBytes } = from;
  for (let layer = 0; layer < count; layer++) {
    const tensorBytes = rows * file.u64(at + 4);
    if (!tensorTypes.includes(file.u32(at)) || (tensorBytes === 0 && !mayBeEmpty)) return null;
    at += 12 + tensorBytes;
    stateBytes += tensorBytes;
    if (at > file.bytes) return null;
  }
  return { at, stateBytes };
}

function* deepSeekV4(file: File, from: Place): Reading {
  for (const base of kvCache(file, from))
    for (const window of kvCache(file, base)) {
      let place: Place | null = window;
      // Entries: version, rows, streams, layers. Waiting tokens: version, ratio, tokens, width, streams, layers.
      for (let cache = 0; cache < 3; cache++) place = place && sizedTensors(file, place, 12, 1);
      for (let waiting = 0; waiting < 3; waiting++) place = place && sizedTensors(file, place, 20, 2);
      if (place) yield place;
    }
}

/** @param layersAt  where, after `from`, the count of layers stands; each has its number and `perLayer` tensors */
function sizedTensors(file: File, from: Place, layersAt: number, perLayer: number): Place | null {
  const layers = file.u32(from.at + layersAt);
  let { at, stateBytes } = { ...from, at: from.at + layersAt + 4 };
  for (let layer = 0; layer < layers; layer++) {
    at += 4;
    for (let tensor = 0; tensor < perLayer; tensor++) {
      if (at > file.bytes) return null;
      const tensorBytes = file.u64(at + 12) * file.u64(at + 20);
      at += 28 + tensorBytes;
      stateBytes += tensorBytes;
    }
  }
  return { at, stateBytes };
}
