/** The scores of many answers, and their means over samples with intervals over documents. */
import { studyDocument, type Trial } from "../evals/index.ts";
import { clusteredProportion, grouped, mean, type Proportion, proportion } from "../stats/index.ts";

/** A sample as intervals see it. */
export interface StudiedSample {
  /** Of this cell: see `studyDocument`. */
  readonly document: string;
  readonly sampleId: string;
}

export const studiedSample = ({
  document,
  cell,
  sampleId,
}: Pick<Trial, "document" | "cell" | "sampleId">): StudiedSample => ({
  document: studyDocument(document, cell),
  sampleId,
});

/**
 * The means of scores over samples: their repeats are averaged first, and samples about one document stand together. What
 * several arms are asked counts once an arm in the mean, and once in the interval.
 *
 * A row an answer, in columns: there may be a hundred thousand, and an object for each takes several times the memory.
 */
export class ScoreTable<Name> {
  readonly #documents = new Map<string, number>();
  readonly #documentOf: number[] = [];
  readonly #samples: string[] = [];
  /** NaN where an answer has no such score. */
  readonly #scores = new Map<Name, number[]>();
  readonly #others: ScoreTable<Name>[] = [];

  add({ document, sampleId }: StudiedSample, scores: Iterable<readonly [Name, number]>): void {
    const number = this.#documents.get(document) ?? this.#documents.size;
    this.#documents.set(document, number);
    const row = this.#samples.push(sampleId) - 1;
    this.#documentOf.push(number);
    for (const [name, value] of scores) {
      const column = this.#scores.get(name) ?? [];
      this.#scores.set(name, column);
      while (column.length < row) column.push(Number.NaN);
      column.push(value);
    }
  }

  /** What all arms are asked about one document stays together. */
  merge(other: ScoreTable<Name>): void {
    this.#others.push(other);
  }

  names(): Set<Name> {
    return new Set([...this.#scores.keys(), ...this.#others.flatMap((other) => [...other.names()])]);
  }

  /** The values of a score, each once. */
  valuesOf(name: Name): Set<number> {
    return new Set((this.#scores.get(name) ?? []).filter((value) => !Number.isNaN(value)));
  }

  /** @param of  leaves out all answers whose score of that name is another one */
  estimate(name: Name, of?: { readonly name: Name; readonly value: number }): Proportion | null {
    const parts = this.#parts().map((part) => part.#column(name, of));
    const means = parts.map(bySample);
    const estimate = clusteredProportion(parts.length === 1 ? means[0]! : bySample(together(parts)));
    if (estimate === null) return null;
    let [sum, n] = [0, 0];
    for (const part of means)
      for (const document of part)
        for (const value of document) {
          sum += value;
          n++;
        }
    // One document is one observation: nothing tells how alike its questions are.
    return proportion(sum, n, estimate.independent ?? 1);
  }

  /** Itself, and those that were merged into it. */
  #parts(): ScoreTable<Name>[] {
    const others = this.#others.flatMap((other) => other.#parts());
    return this.#samples.length === 0 && others.length > 0 ? others : [this, ...others];
  }

  #column(name: Name, of?: { readonly name: Name; readonly value: number }): Column {
    const scores = this.#scores.get(name) ?? [];
    const filter = of === undefined ? null : (this.#scores.get(of.name) ?? []);
    const rows: number[] = [];
    for (const [row, score] of scores.entries())
      if (!Number.isNaN(score) && (filter === null || filter[row] === of!.value)) rows.push(row);
    return {
      documents: this.#documents,
      documentOf: rows.map((row) => this.#documentOf[row]!),
      samples: rows.map((row) => this.#samples[row]!),
      scores: rows.map((row) => scores[row]!),
    };
  }
}

/** One entry a score in all but `documents`, which has the numbers that `documentOf` gives. */
interface Column {
  readonly documents: ReadonlyMap<string, number>;
  readonly documentOf: readonly number[];
  readonly samples: readonly string[];
  readonly scores: readonly number[];
}

/** What has one name is one document. */
function together(parts: readonly Column[]): Column {
  const documents = new Map<string, number>();
  for (const part of parts)
    for (const name of part.documents.keys()) if (!documents.has(name)) documents.set(name, documents.size);
  return {
    documents,
    documentOf: parts.flatMap((part) => {
      const numbers = [...part.documents.keys()].map((name) => documents.get(name)!);
      return part.documentOf.map((document) => numbers[document]!);
    }),
    samples: parts.flatMap(({ samples }) => samples),
    scores: parts.flatMap(({ scores }) => scores),
  };
}

/** By document, the mean of each sample's scores. */
function bySample({ documents, documentOf, samples, scores }: Column): number[][] {
  const { of } = grouped(Int32Array.from(documentOf), documents.size);
  return Array.from({ length: documents.size }, (_, document) => {
    const places = Array.from(of(document));
    if (new Set(places.map((at) => samples[at])).size === places.length) return places.map((at) => scores[at]!);
    const repeats = Map.groupBy(places, (at) => samples[at]!);
    return [...repeats.values()].map((asked) => mean(asked.map((at) => scores[at]!))!);
  });
}
