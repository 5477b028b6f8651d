/**
 * The header of a GGUF file, version 2 or 3: metadata, and each tensor's type, shape and place. Read from the front in
 * growing pieces until it is whole, so that a remote file of hundreds of gigabytes costs its header.
 *
 * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { UserError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { type GgmlType, ggmlTypes } from "./ggml-types.ts";
import { elementsOf, type StoredTensor } from "./stored-tensor.ts";

const firstPieceBytes = 256 * 1024;
const longestHeaderBytes = 128 * 1024 * 1024;
/** Ten times what the largest files have, which keep all experts of a layer in one tensor. */
const mostEntries = 100_000;
const longestNameBytes = 65_535;
const mostDimensions = 4;
const deepestArray = 4;
/** Longer lists are vocabularies: their length says enough. */
const longestKeptList = 4_096;

export type GgufScalarValue = number | boolean | string;
/** A list too long to keep, or a list of lists. */
export interface GgufLongList {
  readonly length: number;
}
export type GgufValue = GgufScalarValue | readonly GgufScalarValue[] | GgufLongList;

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly StoredTensor[];
}

/**
 * Reads the header and nothing of the tensors.
 *
 * @param file  name that the tensors carry
 * @throws UserError where the file breaks the format or has a tensor type that is not known
 */
export async function readGgufHeader(source: ByteSource, file: string): Promise<GgufHeader> {
  let bytes = new Uint8Array(0);
  for (let wanted = firstPieceBytes; ; wanted *= 2) {
    const length = Math.min(wanted, source.sizeBytes, longestHeaderBytes);
    if (length === bytes.length)
      throw broken(source.name, length === longestHeaderBytes ? "has a header without end" : "ends in its header");
    const longer = new Uint8Array(length);
    longer.set(bytes);
    longer.set(await source.read(bytes.length, length - bytes.length), bytes.length);
    bytes = longer;
    try {
      return parseHeader(new Reader(bytes, source), file);
    } catch (error) {
      if (!(error instanceof NeedsMore)) throw error;
    }
  }
}

/** The bytes at hand end before the value does. */
class NeedsMore extends Error {}

class Reader {
  readonly source: ByteSource;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array, source: ByteSource) {
    this.source = source;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Moves past `length` bytes and returns where they start. */
  skip(length: number): number {
    const start = this.at;
    if (start + length > this.source.sizeBytes) throw this.broken("ends in its header");
    if (start + length > this.#bytes.length) throw new NeedsMore();
    this.at += length;
    return start;
  }

  u32 = (): number => this.#view.getUint32(this.skip(4), true);

  /** @throws UserError beyond 2^53, where a double would be silently wrong */
  u64(): number {
    const start = this.skip(8);
    return this.#safe(this.#view.getUint32(start, true), this.#view.getUint32(start + 4, true));
  }

  i64(): number {
    const start = this.skip(8);
    return this.#safe(this.#view.getUint32(start, true), this.#view.getInt32(start + 4, true));
  }

  #safe(low: number, high: number): number {
    const value = high * 2 ** 32 + low;
    if (!Number.isSafeInteger(value)) throw this.broken(`has the number ${value} in its header`);
    return value;
  }

  /** A count of things that take at least `leastBytes` each: there cannot be more than the file has room for. */
  count(leastBytes: number): number {
    const count = this.u64();
    if (count * leastBytes > this.source.sizeBytes - this.at) throw this.broken(`announces ${count} entries`);
    return count;
  }

  string(longestBytes = this.source.sizeBytes): string {
    const length = this.count(1);
    if (length > longestBytes) throw this.broken(`has a name of ${length} bytes`);
    const start = this.skip(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  scalar(type: number): GgufScalarValue {
    const view = this.#view;
    switch (type) {
      case 0:
        return view.getUint8(this.skip(1));
      case 1:
        return view.getInt8(this.skip(1));
      case 2:
        return view.getUint16(this.skip(2), true);
      case 3:
        return view.getInt16(this.skip(2), true);
      case 4:
        return this.u32();
      case 5:
        return view.getInt32(this.skip(4), true);
      case 6:
        return view.getFloat32(this.skip(4), true);
      case 7:
        return view.getUint8(this.skip(1)) !== 0;
      case stringType:
        return this.string();
      case 10:
        return this.u64();
      case 11:
        return this.i64();
      case 12:
        return view.getFloat64(this.skip(8), true);
      default:
        throw this.broken(`has a value of unknown type ${type}`);
    }
  }

  broken = (what: string): UserError => broken(this.source.name, what);
}

const stringType = 8;
const arrayType = 9;
const bytesOfType: ReadonlyMap<number, number> = new Map(
  [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8].map((bytes, type) => [type, bytes]),
);

function parseHeader(reader: Reader, file: string): GgufHeader {
  const [magic, version] = [reader.u32(), reader.u32()];
  if (magic !== 0x46554747) throw reader.broken("does not start with GGUF");
  if (version !== 2 && version !== 3)
    throw reader.broken(version > 0xffff ? "is big-endian" : `is of GGUF version ${version}`);
  const tensorCount = reader.count(24);
  const entryCount = reader.count(13);
  if (Math.max(tensorCount, entryCount) > mostEntries)
    throw reader.broken(`announces ${tensorCount} tensors and ${entryCount} entries`);
  const metadata = new Map<string, GgufValue>();
  for (let entry = 0; entry < entryCount; entry++) {
    const key = reader.string(longestNameBytes);
    if (metadata.has(key)) throw reader.broken(`names ${shown(key)} twice`);
    const type = reader.u32();
    metadata.set(key, type === arrayType ? list(reader, 1) : reader.scalar(type));
  }
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || alignment < 1 || !Number.isInteger(Math.log2(alignment)))
    throw reader.broken("has an alignment that is no power of two");

  const placed: Placed[] = [];
  for (let tensor = 0; tensor < tensorCount; tensor++) placed.push(placedTensor(reader, file, alignment));
  checkPlaces(placed, Math.ceil(reader.at / alignment) * alignment, reader);
  return { metadata, tensors: placed.map(({ tensor }) => tensor) };
}

/** A list's values; only its length where it is long or holds lists. */
function list(reader: Reader, depth: number): GgufValue {
  const type = reader.u32();
  const itemBytes = bytesOfType.get(type);
  if (itemBytes === undefined) throw reader.broken(`has a list of unknown type ${type}`);
  if (depth > deepestArray) throw reader.broken(`nests lists deeper than ${deepestArray} levels`);
  const length = reader.count(itemBytes);
  if (type === arrayType) for (let item = 0; item < length; item++) list(reader, depth + 1);
  else if (length <= longestKeptList) return Array.from({ length }, () => reader.scalar(type));
  else if (type === stringType) for (let item = 0; item < length; item++) reader.skip(reader.count(1));
  else reader.skip(length * itemBytes);
  return { length };
}

interface Placed {
  readonly tensor: StoredTensor;
  /** From the start of the tensors. */
  readonly offset: number;
}

function placedTensor(reader: Reader, file: string, alignment: number): Placed {
  const name = reader.string(longestNameBytes);
  const dimensions = reader.u32();
  if (dimensions > mostDimensions) throw reader.broken(`gives ${shown(name)} ${dimensions} dimensions`);
  const innermostFirst = Array.from({ length: dimensions }, () => reader.u64());
  const typeNumber = reader.u32();
  const type = ggmlTypes.get(typeNumber);
  if (type === undefined) throw reader.broken(`has ${shown(name)} of unknown type ${typeNumber}`);
  const offset = reader.u64();
  if (offset % alignment !== 0) throw reader.broken(`places ${shown(name)} off its alignment of ${alignment} bytes`);
  const shape = innermostFirst.reverse();
  const storedBytes = blockBytes(type, shape);
  if (storedBytes === null) throw reader.broken(`gives ${shown(name)} the shape ${shape.join(" × ")} in ${type.name}`);
  return { tensor: { name, shape, dtype: type.name, storedBytes, file }, offset };
}

function blockBytes({ blockValues, blockBytes }: GgmlType, shape: readonly number[]): number | null {
  const elements = elementsOf(shape);
  return elements === null || (shape.at(-1) ?? 1) % blockValues !== 0 ? null : (elements / blockValues) * blockBytes;
}

function checkPlaces(placed: readonly Placed[], dataStart: number, reader: Reader): void {
  const names = new Set<string>();
  let taken = 0;
  for (const { tensor, offset } of placed.toSorted((a, b) => a.offset - b.offset)) {
    if (names.has(tensor.name)) throw reader.broken(`names ${shown(tensor.name)} twice`);
    names.add(tensor.name);
    if (offset < taken) throw reader.broken(`lets ${shown(tensor.name)} overlap with another tensor`);
    taken = offset + tensor.storedBytes;
    if (dataStart + taken > reader.source.sizeBytes)
      throw reader.broken(`ends before ${shown(tensor.name)} does: it is cut off or damaged`);
  }
}

const shown = (name: string) => JSON.stringify(name.slice(0, 100));

const broken = (name: string, what: string): UserError =>
  new UserError({
    happened: `${name} ${what}`,
    expected: "a GGUF file, version 2 or 3, as llama.cpp reads it",
    mend: "download it again; a newer format needs a newer version of this tool",
  });
