/** Texts as vectors: in batches, each text once, all of one length. */
import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { type Cost, mostTokensOf } from "./price.ts";

/** One vector for each text, in their order, and what all of them took. Whoever makes it tries again where that may help. */
export type Embed = (texts: readonly string[]) => Promise<{
  readonly vectors: readonly (readonly number[] | Float32Array)[];
  readonly cost: Cost;
}>;

/** A text embedded. It is the same object wherever the text is the same. */
export interface Embedded {
  readonly vector: Float32Array;
  /** The text's share of its request, by its bytes. */
  readonly cost: Cost;
}

/** Servers that people run themselves often take no more than 32 texts a request. */
const batchTexts = 32;
const batchesAtOnce = 4;

/**
 * The same with vectors of length 1, and each text sent once for as long as this is kept: it is known by its hash. After a
 * failure nothing more is sent, and it is thrown when what is under way has ended.
 *
 * @throws UserError where the vectors are not one for each text, all with equally many numbers, none of them zero
 */
export function cachedEmbed(embed: Embed): (texts: readonly string[]) => Promise<Embedded[]> {
  const known = new Map<string, Promise<Embedded>>();
  const lanes = Array.from({ length: batchesAtOnce }, () => Promise.resolve());
  let sent = 0;
  let broken: Promise<never> | null = null;
  let dimensions: number | null = null;

  async function embedded(texts: readonly string[]): Promise<Embedded[]> {
    const { vectors, cost } = await embed(texts);
    if (vectors.length !== texts.length)
      throw notUsable(`${vectors.length} vectors came for ${texts.length} texts`, "a vector for each text");
    const bytes = texts.map(mostTokensOf);
    const all = bytes.reduce((sum, one) => sum + one, 0);
    return vectors.map((vector, place) => {
      dimensions ??= vector.length;
      if (vector.length !== dimensions)
        throw notUsable(`vectors of ${dimensions} and of ${vector.length} numbers came`, "vectors of one length");
      return { vector: unit(vector), cost: shareOf(cost, bytes[place]! / all) };
    });
  }

  /** Sends a batch when an earlier one of its lane has ended. */
  function send(texts: readonly string[]): Promise<Embedded[]> {
    const lane = sent++ % batchesAtOnce;
    const batch = lanes[lane]!.then(() => broken ?? embedded(texts));
    lanes[lane] = batch.then(
      () => {},
      () => {
        broken ??= batch as Promise<never>;
      },
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
          batch.then((all) => all[place]!),
        );
    }
    const ended = await Promise.allSettled(texts.map((text) => known.get(hashOf(text))!));
    return ended.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
  };
}

const shareOf = ({ usd, tokens }: Cost, share: number): Cost => ({
  usd: usd === null ? null : usd * share,
  tokens: tokens === null ? null : tokens * share,
});

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
