/** Texts as vectors: in batches, each text once, all of one length. */
import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";

/** One vector for each text, in their order. Whoever makes it tries again where that may help. */
export type Embed = (texts: readonly string[]) => Promise<readonly (readonly number[] | Float32Array)[]>;

/** Servers that people run themselves often take no more than 32 texts a request. */
const batchTexts = 32;
const batchesAtOnce = 4;

/**
 * The same with vectors of length 1, and each text sent once for as long as this is kept: it is known by its hash.
 *
 * @throws UserError where the vectors are not one for each text, all with equally many numbers, none of them zero
 */
export function cachedEmbed(embed: Embed): (texts: readonly string[]) => Promise<Float32Array[]> {
  const known = new Map<string, Promise<Float32Array>>();
  const lanes = Array.from({ length: batchesAtOnce }, () => Promise.resolve());
  let sent = 0;
  let dimensions: number | null = null;

  async function vectorsOf(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors = await embed(texts);
    if (vectors.length !== texts.length)
      throw notUsable(`${vectors.length} vectors came for ${texts.length} texts`, "a vector for each text");
    return vectors.map((vector) => {
      dimensions ??= vector.length;
      if (vector.length !== dimensions)
        throw notUsable(`vectors of ${dimensions} and of ${vector.length} numbers came`, "vectors of one length");
      return unit(vector);
    });
  }

  /** Sends a batch when an earlier one of its lane has ended. */
  function send(texts: readonly string[]): Promise<Float32Array[]> {
    const lane = sent++ % batchesAtOnce;
    const batch = lanes[lane]!.then(() => vectorsOf(texts));
    lanes[lane] = batch.then(
      () => {},
      () => {},
    );
    return batch;
  }

  return async (texts) => {
    const byHash = new Map(texts.map((text) => [hashOf(text), text]));
    const missing = [...byHash].filter(([hash]) => !known.has(hash));
    for (let from = 0; from < missing.length; from += batchTexts) {
      const part = missing.slice(from, from + batchTexts);
      const batch = send(part.map(([, text]) => text));
      for (const [place, [hash]] of part.entries())
        known.set(
          hash,
          batch.then((vectors) => vectors[place]!),
        );
    }
    return Promise.all(texts.map((text) => known.get(hashOf(text))!));
  };
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("base64");

function unit(vector: readonly number[] | Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  if (!(length > 0 && Number.isFinite(length)))
    throw notUsable("a vector without a direction came", "numbers that are not all zero");
  return Float32Array.from(vector, (value) => value / length);
}

const notUsable = (happened: string, expected: string) =>
  new UserError({
    happened: `the embedding route's answer cannot be used: ${happened}`,
    expected,
    mend: "see whether the model that `embeddings` names is one that embeds",
  });
