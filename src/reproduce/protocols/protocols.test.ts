import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimsOf } from "../../ledger/index.ts";
import { readLedger } from "../../ledger-files/index.ts";
import { readersFolder } from "../../specimens/index.ts";
import { type Arm, armsIn, type Form, type Training } from "../experiment/protocol.ts";
import { architectureOf } from "../llama-cpp/export.ts";
import { parametersOf } from "../model/site.ts";
import { weightsOf } from "../training/forward.ts";
import { protocols } from "./index.ts";

const forms = protocols.flatMap((protocol) =>
  (["full", "quick"] as const).map((which) => [`${protocol.name}, ${which}`, protocol[which], protocol] as const),
);

const decodersOf = (training: Training) => (training.task === "reading" ? [] : [training.config]);

test.each(forms)("%s: names fit together, tuning is matched, a verdict can be reached", (_, form) => {
  const names = form.arms.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { of } of form.outcomes) expect(names).toEqual(expect.arrayContaining([...armsIn(of)]));
  for (const figure of form.figures) {
    const drawn =
      figure.kind === "tradeOff" ? figure.panels.flatMap((panel) => panel.arms.map(({ arm }) => arm)) : figure.arms;
    expect(names).toEqual(expect.arrayContaining([...drawn]));
    expect(new Set(drawn).size).toBeLessThanOrEqual(16);
  }
  expect(form.outcomes.filter(({ isPrimary }) => isPrimary).every(({ rule }) => rule !== null)).toBe(true);
  expect(form.outcomes.some(({ isPrimary }) => isPrimary)).toBe(true);
  expect(form.seeds).not.toContain(form.tuningSeed);
  expect(unequallyTuned(form)).toEqual([]);
  const tuned = form.arms.map(({ name }) => ratesTried(form, name)).filter((tried) => tried > 1);
  expect(new Set(tuned).size).toBeLessThanOrEqual(1);
});

/** How many rates an arm's own was chosen from, by itself or by the arm that it takes it from. */
const ratesTried = (form: Form, name: string): number => {
  const { rates } = form.arms.find((arm) => arm.name === name)!;
  return "as" in rates ? ratesTried(form, rates.as) : rates.length;
};

/** Outcomes that compare arms of which one could choose from more rates than another. */
const unequallyTuned = (form: Form): string[] =>
  form.outcomes
    .filter(({ of }) => new Set(armsIn(of).map((name) => ratesTried(form, name))).size > 1)
    .map(({ name }) => name);

test("an arm that is tuned beside one that is not is no match, and one that takes over the other's rate is", () => {
  const { full } = protocols.find(({ name }) => name === "expert-balance")!;
  const [first, ...others] = full.arms as [Arm, ...Arm[]];
  const withFirst = (rates: Arm["rates"]): Form => ({ ...full, arms: [{ ...first, rates }, ...others] });
  const compared = full.outcomes.filter(({ of }) => armsIn(of).length > 1 && armsIn(of).includes(first.name));
  expect(compared.length).toBeGreaterThan(0);
  expect(unequallyTuned(withFirst([8e-3]))).toEqual(compared.map(({ name }) => name));
  expect(unequallyTuned(withFirst({ as: others[0]!.name }))).toEqual([]);
});

test.each(forms)("%s: claims and ideas are in the ledger", (_, __, { claims, ideas }) => {
  const ledger = readLedger();
  const known = new Set(claimsOf(ledger).map(({ subject, id }) => `${subject}#${id}`));
  expect([...known]).toEqual(expect.arrayContaining([...claims]));
  expect(ledger.ideas.map(({ id }) => id)).toEqual(expect.arrayContaining([...ideas]));
});

test("the arms of latent attention have equal parameters, to half a hidden unit in each layer", () => {
  const { full } = protocols.find(({ name }) => name === "mla")!;
  for (const task of ["text", "recall"]) {
    const arms = full.arms.filter(({ name }) => name.endsWith(task));
    const decoders = arms.flatMap(({ training }) => decodersOf(training));
    const sizes = decoders.map((config) => parametersOf(weightsOf(config)));
    const layers = decoders[0]!.layers.length;
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(layers * 3 * 128);
  }
});

test("every arm's decoder can be exported, but for entries without an indexer, which the engine does not run", () => {
  const decoders = forms.flatMap(([, form]) => form.arms.flatMap(({ training }) => decodersOf(training)));
  for (const config of decoders) {
    const isRun = !config.layers.some(({ attention }) => attention.kind === "compressed");
    if (isRun) expect(architectureOf(config).name).toMatch(/^\w+$/);
    else expect(() => architectureOf(config)).toThrow(/indexer/);
  }
});

test("specimens that are examined have the weights that the protocol was written for", () => {
  const examined = forms.flatMap(([, form]) =>
    form.arms.flatMap(({ training }) => (training.task === "reading" ? [training] : [])),
  );
  for (const { specimen, sha256 } of examined)
    expect(JSON.parse(readFileSync(join(readersFolder, `${specimen}.json`), "utf8")).sha256).toBe(sha256);
});
