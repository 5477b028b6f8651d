/** How many bytes a cached entry takes: each role of element has its own bits and scales. */
import { UserError } from "../errors.ts";
import type { CacheRole, CacheStore } from "./block.ts";

interface ElementFormat {
  readonly bits: number;
  /** One scale for `elements` elements, rounded up; left out where there is none. */
  readonly scale?: { readonly bytes: number; readonly elements: number };
}

export interface CacheFormat {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly default: ElementFormat;
  readonly exceptions: Readonly<Partial<Record<CacheRole, ElementFormat>>>;
  /** Of every element in a window of raw tokens; left out where it is stored like other entries. */
  readonly window?: ElementFormat;
  /** An entry is padded to a multiple of this many bytes. */
  readonly alignBytes?: number;
}

/**
 * Recurrent states and convolution windows stay in float32 whatever the cache. Published sizes leave out the tokens that
 * wait for compression; llama.cpp keeps them, in float32 too.
 */
const published = { state: { bits: 32 }, convolution: { bits: 32 }, waiting: { bits: 0 } } as const;
const llamaCpp = { ...published, waiting: { bits: 32 } } as const;

const plain = (name: string, bits: number, summary: string): CacheFormat => ({
  name,
  summary,
  source: "one number a value, no scales",
  default: { bits },
  exceptions: published,
});

/** Blocks of ggml: 32 values and one 2-byte scale. */
const ggml = (name: string, bits: number): CacheFormat => ({
  name,
  summary: `llama.cpp's ${name}: 32 values of ${bits} bits and a 2-byte scale`,
  source: "ggml, ggml-common.h: block_q8_0, block_q4_0",
  default: { bits, scale: { bytes: 2, elements: 32 } },
  exceptions: llamaCpp,
});

export const cacheFormats: readonly CacheFormat[] = [
  plain("bf16", 16, "2 bytes a value"),
  plain("f32", 32, "4 bytes a value"),
  plain("fp8", 8, "1 byte a value, scales not counted"),
  {
    name: "f16",
    summary: "llama.cpp's default: 2 bytes a value",
    source: "llama.cpp, common/arg.cpp: --cache-type-k, --cache-type-v",
    default: { bits: 16 },
    exceptions: llamaCpp,
  },
  ggml("q8_0", 8),
  ggml("q4_0", 4),
  {
    name: "fp8-dsa",
    summary: "FP8 latent with a 4-byte scale for 128 values, BF16 rotary key; FP8 index key with one scale",
    source: "FlashMLA's FP8 KV cache, 656 B a token and layer; DeepGEMM's indexer, 132 B",
    default: { bits: 8, scale: { bytes: 4, elements: 128 } },
    exceptions: { ...published, "rotary key": { bits: 16 } },
  },
  {
    name: "fp8-fp4-v4",
    summary: "FP8 entries with a 1-byte scale for 64 values, BF16 rotary part, padded to 4 bytes; FP4 index keys",
    source: "DeepSeek-V4, arXiv:2606.19348: 584 B an entry (448 FP8, 64 BF16, 7 scales, padding), 68 B an index key",
    default: { bits: 8, scale: { bytes: 1, elements: 64 } },
    exceptions: {
      ...published,
      "rotary key": { bits: 16 },
      "index key": { bits: 4, scale: { bytes: 1, elements: 32 } },
    },
    alignBytes: 4,
  },
  {
    name: "fp4-v41",
    summary: "FP4 entries with a 1-byte scale for 16 values, FP4 index keys with one for 32, FP8 windows likewise",
    source: "DeepSeek-V4.1-Flash, arXiv:2609.19969, §2.4.4: 890 B a token",
    default: { bits: 4, scale: { bytes: 1, elements: 16 } },
    exceptions: { ...published, "index key": { bits: 4, scale: { bytes: 1, elements: 32 } } },
    window: { bits: 8, scale: { bytes: 1, elements: 32 } },
  },
];

/** @throws UserError where there is no format of that name */
export function cacheFormat(name: string): CacheFormat {
  const format = cacheFormats.find((candidate) => candidate.name === name);
  if (format !== undefined) return format;
  throw new UserError({
    happened: `there is no cache format ${name}`,
    expected: `one of ${cacheFormats.map((candidate) => candidate.name).join(", ")}`,
    mend: "choose one of these",
  });
}

/** Bytes of one entry of a store, scales and padding included. Neighbours of one format share their blocks of scales. */
export function entryBytes(format: CacheFormat, store: CacheStore): number {
  const counts = new Map<ElementFormat, number>();
  for (const { role, count } of store.elements) {
    const inWindow = store.span.kind === "window" ? format.window : undefined;
    const element = inWindow ?? format.exceptions[role] ?? format.default;
    counts.set(element, (counts.get(element) ?? 0) + count);
  }
  let bytes = 0;
  for (const [{ bits, scale }, count] of counts)
    bytes += (count * bits) / 8 + (scale ? Math.ceil(count / scale.elements) * scale.bytes : 0);
  const align = format.alignBytes ?? 1;
  return Math.ceil(bytes / align) * align;
}
