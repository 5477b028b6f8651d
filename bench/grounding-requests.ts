/** The questions that every tool in a comparison is asked: the grounding scenario at 256 tokens. */
import { grounding, groundingDefaults, type Plan, type Sample } from "../src/evals/index.ts";
import { type Route, vendorRoute } from "../src/routes/index.ts";

/** The fake server's fast path: a ready-made answer. */
export const model = "plain";
export const contextTokens = 256;
export const seed = 1;
export const maxTokens = 32;

/** Questions come in documents of six. */
export const documentsFor = (trials: number) => Math.ceil(trials / 6);

export function planOf(baseUrl: string, trials: number): { plan: Plan; route: Route } {
  const route = vendorRoute({ model, baseUrl }, {});
  const scenario = grounding({
    ...groundingDefaults,
    contextTokens: [contextTokens],
    documents: documentsFor(trials),
    seed,
  });
  const plan = { scenario, routes: [route], repeats: 1, limit: () => trials, temperature: 0, seed, maxTokens };
  return { plan, route };
}

export function* samplesOf({ scenario }: Plan, trials: number): Iterable<Sample> {
  let taken = 0;
  for (const cell of scenario.cells)
    for (const sample of scenario.samples(cell)) {
      if (taken++ >= trials) return;
      yield sample;
    }
}
