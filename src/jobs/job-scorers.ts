/** The scorers of a job whose samples have scorers of their own. */
import { type Scorer, scorersOf } from "../evals/index.ts";
import type { JobSample } from "./sample.ts";

/**
 * A scorer for each score's name. It judges a sample as that sample's own scorer of this name does, and has nothing to say
 * about samples that have none. Its version is the sum over the types of scorers that share the name, so that it rises with
 * any of them.
 *
 * @param folder  where the paths of modules start: the job file's
 * @throws UserError as `scorersOf` does
 */
export async function jobScorers(
  samples: readonly Pick<JobSample, "id" | "scorers">[],
  folder: string,
): Promise<Scorer[]> {
  const lists = new Map<string, readonly Scorer[]>();
  const ofSample = new Map<string, readonly Scorer[]>();
  const versions = new Map<string, Map<string, number>>();
  for (const { id, scorers: specs } of samples) {
    const key = JSON.stringify(specs);
    const scorers = lists.get(key) ?? (await scorersOf(specs, folder));
    lists.set(key, scorers);
    ofSample.set(id, scorers);
    for (const [place, { name, version }] of scorers.entries())
      versions.set(name, (versions.get(name) ?? new Map()).set(specs[place]!.type, version));
  }
  return Array.from(versions, ([name, byType]) => {
    const ownOf = ({ id }: Pick<JobSample, "id">) => ofSample.get(id)?.find((scorer) => scorer.name === name);
    return {
      name,
      version: [...byType.values()].reduce((sum, version) => sum + version, 0),
      score: (sample, answer, judge) => ownOf(sample)?.score(sample, answer, judge) ?? null,
      asks: (sample) => ownOf(sample)?.asks?.(sample) ?? null,
    };
  });
}
