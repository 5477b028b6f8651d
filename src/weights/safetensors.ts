/**
 * The header of a safetensors file: 8 bytes with its length, then JSON with each tensor's type, shape and place. Held to
 * what the format demands: tensors cover the file's rest without holes or overlaps, and each is as long as its shape.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
import { UserError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { parseJson } from "./json.ts";
import { elementsOf, type StoredTensor } from "./stored-tensor.ts";

const longestHeaderBytes = 100_000_000;
const mostDimensions = 32;

/** Bits of one element. `C64` is a pair of F32. */
const bitsOfDtype: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ F4: 4, F6_E2M3: 6, F6_E3M2: 6 },
    ...{ BOOL: 8, U8: 8, I8: 8, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8 },
    ...{ U16: 16, I16: 16, F16: 16, BF16: 16 },
    ...{ U32: 32, I32: 32, F32: 32, C64: 64, U64: 64, I64: 64, F64: 64 },
  }),
);

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface SafetensorsHeader {
  readonly tensors: readonly StoredTensor[];
  /** What the writer left under `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the header and nothing else.
 *
 * @param file  name that the tensors carry
 * @throws UserError where the file breaks the format or has a type that is not known
 */
export async function readSafetensorsHeader(source: ByteSource, file: string): Promise<SafetensorsHeader> {
  if (source.sizeBytes < 8) throw broken(source.name, `has ${source.sizeBytes} bytes, too few for a header`);
  const lengthBytes = await source.read(0, 8);
  const headerBytes = Number(new DataView(lengthBytes.buffer, lengthBytes.byteOffset).getBigUint64(0, true));
  if (headerBytes > longestHeaderBytes || headerBytes > source.sizeBytes - 8)
    throw broken(source.name, `announces a header of ${headerBytes} bytes`);
  const text = decode(await source.read(8, headerBytes), source.name);
  if (!text.startsWith("{")) throw broken(source.name, "has a header that does not start with {");
  const entries = Object.entries(parseJson(text, `the header of ${source.name}`) as object);

  const metadata = entries.find(([name]) => name === "__metadata__")?.[1] ?? {};
  if (!isStringTable(metadata)) throw broken(source.name, "has __metadata__ that is not a table of strings");
  const placed = entries
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => placedTensor(name, entry, source.name, file))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { tensor, begin, end } of placed) {
    if (begin !== covered)
      throw broken(source.name, `has ${begin < covered ? "an overlap" : "a hole"} before ${shown(tensor.name)}`);
    covered = end;
  }
  const bodyBytes = source.sizeBytes - 8 - headerBytes;
  if (covered !== bodyBytes)
    throw broken(source.name, `holds ${bodyBytes} bytes of tensors where its header lists ${covered}`);
  return { tensors: placed.map(({ tensor }) => tensor), metadata };
}

interface Placed {
  readonly tensor: StoredTensor;
  readonly begin: number;
  readonly end: number;
}

function placedTensor(name: string, raw: unknown, source: string, file: string): Placed {
  if (!isEntry(raw)) throw broken(source, `describes ${shown(name)} without a type, a shape of sizes and two offsets`);
  const { dtype, shape, data_offsets: offsets } = raw;
  const [begin, end] = offsets;
  const bits = bitsOfDtype.get(dtype);
  if (bits === undefined) throw broken(source, `has ${shown(name)} of unknown type ${shown(dtype)}`);
  const elements = elementsOf(shape);
  if (elements === null || end - begin !== (elements * bits) / 8)
    throw broken(source, `gives ${shown(name)} ${end - begin} bytes for ${shape.join(" × ")} of ${dtype}`);
  return { tensor: { name, shape, dtype, storedBytes: end - begin, file }, begin, end };
}

// By hand: a schema library would collect an issue for each of a hostile list's million items.
const isEntry = (value: unknown): value is Entry =>
  isObject(value) &&
  typeof value.dtype === "string" &&
  isListOfSizes(value.shape) &&
  value.shape.length <= mostDimensions &&
  isListOfSizes(value.data_offsets) &&
  value.data_offsets.length === 2;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isListOfSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
const isStringTable = (value: unknown): value is Record<string, string> =>
  isObject(value) && !Array.isArray(value) && Object.values(value).every((item) => typeof item === "string");

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw broken(name, "has a header that is not UTF-8");
  }
}

const shown = (name: string) => JSON.stringify(name.slice(0, 100));

const broken = (name: string, what: string): UserError =>
  new UserError({
    happened: `${name} ${what}`,
    expected: "a file as the safetensors format defines it",
    mend: "download it again; if it stays so, do not trust its publisher's numbers",
  });
