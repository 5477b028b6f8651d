/** From trials to samples: repeats averaged, in an order that does not depend on the order of the trials. */
import { cellName, type Trial } from "../evals/index.ts";
import { grouped } from "../stats/index.ts";
import type { Column, Rows } from "./measured.ts";

type Named = Pick<Trial, "cell" | "sampleId" | "document" | "questionHash">;

/**
 * Every sample that any option was asked, numbered as they came. A sample of another cell is another sample, and its
 * document another document: scenarios make those of each cell anew. The arm is no part of the cell, since all arms are
 * asked the same. What has one name and asks something else is another sample too; where a record does not tell what was
 * asked, the name has to do.
 */
export class SampleNames {
  /** Documents of a cell, by their names. */
  readonly #documents = new Map<string, number>();
  /** By the document's number and the sample's name: with both names, a hundred thousand would take twice the memory. */
  readonly #numbers = new Map<string, number>();
  /** By number: its document. */
  readonly #documentOf: number[] = [];
  /** By number: what the sample asks, as far as a record told. */
  readonly #hashes: (string | undefined)[] = [];
  readonly #changed = new Set<string>();
  #isUntold = false;

  numberOf({ cell, sampleId, document, questionHash }: Named): number {
    const { arm: _, ...rest } = cell;
    const place = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
    const about = `${place}\0${document}`;
    const of = this.#documents.get(about) ?? this.#documents.size;
    this.#documents.set(about, of);
    const number = this.#number(of, sampleId);
    if (questionHash === undefined) {
      this.#isUntold = true;
      return number;
    }
    this.#hashes[number] ??= questionHash;
    if (this.#hashes[number] === questionHash) return number;
    this.#changed.add([cellName(rest), sampleId].filter((part) => part !== "").join(", "));
    return this.#number(of, `${sampleId}\u0001${questionHash}`);
  }

  /** Samples of one name that ask different things. */
  get changed(): readonly string[] {
    return [...this.#changed].sort();
  }

  /** Whether some record does not tell what was asked. */
  get isUntold(): boolean {
    return this.#isUntold;
  }

  #number(document: number, name: string): number {
    // Joined and not a template: of a text that a template makes, V8 keeps the parts too.
    const key = [document, name].join(" ");
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#numbers.size);
    return this.#documentOf.push(document) - 1;
  }

  /** The samples by name, with their documents numbered in that order. */
  sorted(): SampleOrder {
    const documents = [...this.#documents.keys()];
    const rank = new Int32Array(documents.length);
    const byName = Int32Array.from(documents.keys()).sort((a, b) => (documents[a]! < documents[b]! ? -1 : 1));
    for (const [place, document] of byName.entries()) rank[document] = place;
    const keys = [...this.#numbers.keys()];
    const rankOf = (number: number) => rank[this.#documentOf[number]!]!;
    const order = Int32Array.from(keys.keys()).sort((a, b) => rankOf(a) - rankOf(b) || (keys[a]! < keys[b]! ? -1 : 1));
    const placeOf = new Int32Array(keys.length);
    for (const [place, number] of order.entries()) placeOf[number] = place;
    return { placeOf, documentOf: order.map(rankOf) };
  }
}

export interface SampleOrder {
  /** By the sample's number: where it stands. */
  readonly placeOf: Int32Array;
  /** By place: what the sample is about, in rising order. */
  readonly documentOf: Int32Array;
}

export const measures = [
  "quality",
  "costUsd",
  "costWithoutCacheUsd",
  "ttftMs",
  "e2eMs",
  "kvCacheBytes",
  "inputTokens",
] as const;
export type Measure = (typeof measures)[number];
/** The mean over a sample's scored trials, by place; NaN where there is none. Costs are those of failed ones too. */
export interface SampleMeans extends Readonly<Record<Measure, Float64Array>> {
  /** The quality that was paid for: a failed trial that cost something gave none. For the cost of a right answer alone. */
  readonly right: Float64Array;
  /** Share of the sample's trials that were scored, of those not skipped. */
  readonly reliability: Float64Array;
  /** 1 where the sample was asked, skipped or not. */
  readonly asked: Float64Array;
}

/** A repeat finds its own prompt in the cache, which a question that comes once does not: these are of the first asking. */
const ofFirstAsking: readonly Column[] = ["costUsd", "costWithoutCacheUsd", "ttftMs", "e2eMs"];

/** Of failed trials too, as far as they cost something. */
const ofAllPaid: readonly Column[] = ["costUsd", "costWithoutCacheUsd", "inputTokens"];

/** A cost is unknown where that of one asking is; other measures are the mean of the repeats that have one. */
export function sampleMeans(rows: Rows, { placeOf, documentOf }: SampleOrder): SampleMeans {
  const places = Int32Array.from({ length: rows.length }, (_, row) => placeOf[rows.at(row, "sample")]!);
  const byPlace = grouped(places, documentOf.length);
  const result = Object.fromEntries(
    [...measures, "right", "reliability", "asked"].map((name) => [
      name,
      new Float64Array(documentOf.length).fill(Number.NaN),
    ]),
  ) as Record<keyof SampleMeans, Float64Array>;
  for (let place = 0; place < documentOf.length; place++) {
    const mine = Array.from(byPlace.of(place));
    if (mine.length === 0) continue;
    result.asked[place] = 1;
    const scored = mine.filter((row) => rows.at(row, "outcome") === 0);
    const failed = mine.filter((row) => rows.at(row, "outcome") === 1);
    if (scored.length + failed.length > 0) result.reliability[place] = scored.length / (scored.length + failed.length);
    const paid = mine.filter((row) => rows.at(row, "isPaid") === 1);
    for (const name of measures) result[name][place] = meanOf(rows, ofAllPaid.includes(name) ? paid : scored, name);
    const right = paid.map((row) => (rows.at(row, "outcome") === 1 ? 0 : rows.at(row, "quality")));
    result.right[place] = knownMean(right);
  }
  return result;
}

function meanOf(rows: Rows, of: readonly number[], column: Column): number {
  const counted = ofFirstAsking.includes(column) ? of.filter((row) => rows.at(row, "repeat") === 0) : of;
  const values = counted.map((row) => rows.at(row, column));
  return column.startsWith("cost") && values.some(Number.isNaN) ? Number.NaN : knownMean(values);
}

/** In an order of its own, so that it does not depend on that of the trials. */
function knownMean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The known values of a measure, by document, whose places stand together. */
export function byDocument(values: Float64Array, documentOf: Int32Array): number[][] {
  const clusters: number[][] = [];
  for (let from = 0; from < values.length; ) {
    let to = from + 1;
    while (to < values.length && documentOf[to] === documentOf[from]) to++;
    const known = values.subarray(from, to).filter((value) => !Number.isNaN(value));
    if (known.length > 0) clusters.push(Array.from(known));
    from = to;
  }
  return clusters;
}
