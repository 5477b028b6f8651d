/** What each sample is given in each arm, found before the first one is asked. */
import { setImmediate as turn } from "node:timers/promises";
import { UserError } from "../errors.ts";
import { type ArmSpent, type Document, registerTokens } from "../evals/index.ts";
import { type Cost, type Found, noCost, type Passage, passagesOf, totalCost } from "../retrieval/index.ts";
import { textOf } from "../wire/index.ts";
import { agentOf, armName, asksModels, isRetrieval, type OpenRetriever, type RetrievalArm } from "./arms.ts";
import { excerptsOf, type Ranges, rangesOf } from "./excerpts.ts";
import { holdsAnswer } from "./holds-answer.ts";
import { type Arm, defaultTopK } from "./job.ts";
import { promptOf } from "./prompt.ts";
import { documentTokens, questionTokens } from "./prompt-tokens.ts";
import type { JobSample } from "./sample.ts";

/** What a sample is given: kept as numbers, made text when it is asked. */
export interface Prepared {
  /** Null for all of the material. */
  readonly ranges: Ranges | null;
  readonly holdsAnswer: boolean | null;
  /** Of the whole prompt, of an agent's loop the first one, counted as words, numbers and marks. */
  readonly promptTokens: number;
  /** Of asking models to find it; null where none was asked. */
  readonly cost: Cost | null;
}

export interface Preparation {
  /** In the order of the samples. */
  readonly given: ReadonlyMap<Arm, readonly Prepared[]>;
  /** Of the arms that ask models. */
  readonly spent: readonly ArmSpent[];
}

const materialsAtOnce = 4;
const samplesAtOnce = 4;

/**
 * Searches for every sample in every arm. Samples that share their material are taken together, so that it is cut and
 * indexed once, and the index is dropped after them.
 *
 * @param samples  those that share material have the same array, see `withSharedMaterial`
 * @param onProgress  told the share of samples that are done
 * @throws UserError where a retriever does, or where a budget holds no passage
 */
export async function prepare(
  samples: readonly JobSample[],
  arms: readonly Arm[],
  open: OpenRetriever,
  onProgress: (share: number) => void = () => {},
): Promise<Preparation> {
  const given = new Map(arms.map((arm) => [arm, new Array<Prepared>(samples.length)]));
  const embedded = new Map(arms.map((arm) => [arm, new Set<Cost>()]));
  let done = 0;

  async function prepareMaterial(material: readonly Document[], places: readonly number[]): Promise<void> {
    const searches = new Map<Arm, Search>();
    for (const arm of arms) {
      if (!isRetrieval(arm) || material.length === 0) continue;
      const passages = material.flatMap((document) => passagesOf(document, arm.passageWords));
      const retriever = await open(arm, passages);
      for (const cost of retriever.prepared) embedded.get(arm)!.add(cost);
      searches.set(arm, (query, topK) => retriever.search(query, Math.min(topK, passages.length)));
    }
    await atOnce(samplesAtOnce, places, async (place) => {
      for (const arm of arms) given.get(arm)![place] = await preparedSample(samples[place]!, arm, searches.get(arm));
      done += 1;
      onProgress(done / samples.length);
      // BM25 never waits for anything: without this, no signal would be heard until the end.
      await turn();
    });
  }

  const byMaterial = Map.groupBy(samples.keys(), (place) => samples[place]!.material);
  await atOnce(materialsAtOnce, byMaterial, ([material, places]) => prepareMaterial(material, places));
  const spentIn = (arm: RetrievalArm): ArmSpent => ({
    arm: armName(arm),
    toPrepare: wholeTokens(totalCost(embedded.get(arm)!)),
    questions: wholeTokens(totalCost(given.get(arm)!.map(({ cost }) => cost ?? noCost))),
    samples: samples.length,
  });
  return { given, spent: arms.filter(isRetrieval).filter(asksModels).map(spentIn) };
}

/** Shares of a request's tokens are no whole ones; together they are. */
const wholeTokens = ({ usd, tokens }: Cost): Cost => ({ usd, tokens: tokens === null ? null : Math.round(tokens) });

type Search = (query: string, topK: number) => Promise<Found>;

async function preparedSample(sample: JobSample, arm: Arm, search: Search | undefined): Promise<Prepared> {
  const { passages, cost } = isRetrieval(arm) ? await found(sample, arm, search) : { passages: null, cost: noCost };
  const ranges = passages && rangesOf(passages, sample.material);
  const documents = ranges === null ? sample.material : excerptsOf(ranges, sample.material);
  const inPrompt = agentOf(arm) === null ? documents : [];
  return {
    ranges,
    holdsAnswer: holdsAnswer(sample, documents),
    cost: isRetrieval(arm) && asksModels(arm) ? cost : null,
    promptTokens: questionTokens(sample) + inPrompt.reduce((sum, document) => sum + documentTokens(document), 0),
  };
}

/** What the retriever finds for the last thing that the user says. */
async function found(sample: JobSample, arm: RetrievalArm, search: Search | undefined): Promise<Found> {
  if (search === undefined) return { passages: [], cost: noCost };
  const { topK = arm.budgetTokens === undefined ? defaultTopK : Number.POSITIVE_INFINITY, budgetTokens } = arm;
  const asked = promptOf(sample, []).findLast(({ role }) => role === "user");
  const { passages, cost } = await search(textOf(asked?.content ?? ""), topK);
  return { passages: budgetTokens === undefined ? passages : withinBudget(passages, budgetTokens, sample.id), cost };
}

function withinBudget(passages: readonly Passage[], budgetTokens: number, sampleId: string): readonly Passage[] {
  let tokens = 0;
  const end = passages.findIndex(({ text }) => {
    tokens += registerTokens(text);
    return tokens > budgetTokens;
  });
  if (end === 0)
    throw new UserError({
      happened: `a budget of ${budgetTokens} tokens does not hold the best passage for sample ${sampleId}`,
      expected: `at least ${tokens} tokens, or smaller passages`,
      mend: "raise `budgetTokens`, or lower `passageWords`",
    });
  return end < 0 ? passages : passages.slice(0, end);
}

/** The work on every item, so many at a time; after a failure nothing new is begun, and all that was begun ends first. */
async function atOnce<Item>(count: number, items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failed = false;
  const worker = async () => {
    for (let next = waiting.next(); !next.done && !failed; next = waiting.next())
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
  };
  const ended = await Promise.allSettled(Array.from({ length: count }, worker));
  const broken = ended.find((one) => one.status === "rejected");
  if (broken !== undefined) throw broken.reason;
}
