/**
 * promptfoo's configs: every prompt with every test, each list among a test's vars unfolded. What promptfoo leaves to
 * programs (providers, assertions, tests and transforms in JavaScript or Python) is told, not run.
 *
 * @see https://www.promptfoo.dev/docs/configuration/reference/
 */
import { dirname } from "node:path";
import { UserError } from "../../../errors.ts";
import { isModule, readModule } from "../../module-file.ts";
import type { SampleInput } from "../../sample.ts";
import { leftOut } from "../chat-messages.ts";
import type { ImportSpec } from "../import-spec.ts";
import type { Imported, ImportedSample, ImportSource } from "../imported.ts";
import { isObject, type JsonObject, textOf } from "../json-value.ts";
import { judgeOf, readAssertions } from "./assertions.ts";
import { messagesOf } from "./messages.ts";
import { isAllowed, type Prompt, readPrompts } from "./prompts.ts";
import { type Providers, readProviders } from "./providers.ts";
import { type Folder, loaded, readDataFile, withoutReferences } from "./references.ts";
import { readTests, type Test, type Tests } from "./tests.ts";
import { resolved, type VarFiles, varFiles } from "./vars.ts";

type Spec = Extract<ImportSpec, { from: "promptfoo" }>;

interface Suite {
  readonly name: string;
  readonly folder: Folder;
  readonly prompts: readonly Prompt[];
  readonly tests: Tests;
  readonly defaultTest: JsonObject;
  readonly providers: Providers;
  readonly files: VarFiles;
  readonly judge: string | null;
}

export async function importPromptfoo(source: ImportSource, spec: Spec): Promise<Imported> {
  const suite = await readSuite(source, spec);
  for (const { test } of suite.tests()) await suite.files.prepare(varsOf(test, suite));
  return {
    folder: suite.folder.path,
    samples: (unsupported) => samplesOf({ ...suite, folder: { ...suite.folder, unsupported } }),
    instructions: null,
    candidates: suite.providers.candidates,
    files: [...suite.folder.files.values()],
  };
}

/** Keys of a config that a run of Assay has no use for, or that are read below. */
const expected = new Set([
  ...["$schema", "description", "prompts", "providers", "targets", "tests", "scenarios", "defaultTest", "outputPath"],
  ...["sharing", "tags", "metadata", "assertionTemplates"],
]);

async function readSuite({ path, name, unsupported }: ImportSource, { judge }: Spec): Promise<Suite> {
  const folder: Folder = { path: dirname(path), files: new Map(), unsupported };
  const config = withoutReferences(await configAt(path, name, folder), name);
  if (!isObject(config))
    throw new UserError({
      happened: `${name} holds no config`,
      expected: "a mapping with prompts, providers and tests",
      mend: "name a promptfooconfig",
    });
  for (const key of Object.keys(config)) if (!expected.has(key)) unsupported.add(`${key} of the config`, name);
  const defaultTest = loaded(folder, config.defaultTest, "the default test", name);
  const tests = await readTests(config.tests, folder, name);
  const scenarios = await scenariosOf(config.scenarios, folder, name);
  return {
    name,
    folder,
    prompts: await readPrompts(config.prompts, folder, name),
    tests: withDefault(tests, scenarios, config, name),
    defaultTest: isObject(defaultTest) ? defaultTest : {},
    providers: readProviders(config.providers ?? config.targets, folder, name),
    files: varFiles(folder),
    judge: judge ?? null,
  };
}

async function configAt(path: string, name: string, folder: Folder): Promise<unknown> {
  if (!isModule(path)) return readDataFile(folder, name);
  const { value, sha256 } = await readModule(path, name);
  folder.files.set(path, { path, sha256 });
  return value;
}

/** A config without tests asks its prompts as they are; one for red teaming has its tests made by programs. */
function withDefault(tests: Tests, scenarios: Tests, config: JsonObject, where: string): Tests {
  const isMade = config.redteam !== undefined || config.tests !== undefined || config.scenarios !== undefined;
  return function* () {
    yield* tests();
    yield* scenarios();
    if (!isMade) yield { test: {}, where };
  };
}

/** Every test of a scenario, once with each of its configs. */
async function scenariosOf(given: unknown, folder: Folder, where: string): Promise<Tests> {
  const scenarios = [loaded(folder, given, "scenarios", where) ?? []].flat();
  const merged: Test[] = [];
  for (const [index, one] of scenarios.entries()) {
    const scenario = loaded(folder, one, "a scenario", where);
    if (!isObject(scenario)) continue;
    const tests = await readTests(scenario.tests ?? [{}], folder, `${where}, scenarios[${index}]`);
    for (const config of [scenario.config ?? []].flat().filter(isObject))
      for (const { test, where: place } of tests()) merged.push({ test: mergedTest(config, test), where: place });
  }
  return () => merged;
}

const mergedTest = (base: JsonObject, test: JsonObject): JsonObject => ({
  ...base,
  ...test,
  vars: { ...objectAt(base, "vars"), ...objectAt(test, "vars") },
  options: { ...objectAt(base, "options"), ...objectAt(test, "options") },
  metadata: { ...objectAt(base, "metadata"), ...objectAt(test, "metadata") },
  assert: [base.assert ?? [], test.assert ?? []].flat(),
});

const objectAt = (holder: JsonObject, key: string): JsonObject => (isObject(holder[key]) ? holder[key] : {});

const varsOf = (test: JsonObject, { defaultTest }: Suite): JsonObject => ({
  ...objectAt(defaultTest, "vars"),
  ...objectAt(test, "vars"),
});

function* samplesOf(suite: Suite): Generator<ImportedSample> {
  let number = 0;
  for (const { test, where } of suite.tests()) {
    number += 1;
    const isBare = objectAt(test, "options").disableDefaultAsserts === true;
    const whole = mergedTest(isBare ? { ...suite.defaultTest, assert: [] } : suite.defaultTest, test);
    noteLosses(whole, suite.folder, where);
    if (whole.providerOutput !== undefined) leftOut("an answer that is given already", where, suite.folder.unsupported);
    else for (const sample of samplesOfTest(whole, String(number), where, suite)) yield { sample, where };
  }
}

const carriedOptions = new Set(["prefix", "suffix", "provider", "disableVarExpansion", "disableDefaultAsserts"]);

function noteLosses(test: JsonObject, { unsupported }: Folder, where: string): void {
  for (const key of Object.keys(objectAt(test, "options")))
    if (!carriedOptions.has(key)) unsupported.add(`option ${key} of a test`, where);
  if (test.provider !== undefined || test.providers !== undefined)
    unsupported.add("the providers of a test: every model is asked every test", where);
  for (const key of ["threshold", "assertScoringFunction"])
    if (test[key] !== undefined) unsupported.add(`${key} of a test`, where);
}

function* samplesOfTest(test: JsonObject, id: string, where: string, suite: Suite): Generator<SampleInput> {
  const options = objectAt(test, "options");
  const combinations = suite.files.combinations(objectAt(test, "vars"), options.disableVarExpansion !== true);
  const prompts = suite.prompts.filter((prompt) => isAllowed(prompt, test.prompts));
  for (const [index, given] of combinations.entries()) {
    const { unsupported } = suite.folder;
    const vars = resolved(given);
    if ("unsupported" in vars) {
      leftOut(vars.unsupported, where, unsupported);
      continue;
    }
    for (const prompt of prompts) {
      const raw = `${textOf(options.prefix) ?? ""}${prompt.raw}${textOf(options.suffix) ?? ""}`;
      const input = messagesOf(raw, vars.vars, where, unsupported);
      if (input === null) continue;
      const ofPrompt = suite.prompts.length > 1 ? `, prompt ${suite.prompts.indexOf(prompt) + 1}` : "";
      yield {
        id: `${id}${combinations.length > 1 ? `.${index + 1}` : ""}${ofPrompt}`,
        document: `test ${id}`,
        input,
        ...judgement(test, vars.vars, where, suite),
        ...suite.providers.settings,
        metadata: metadataOf(test, prompt, suite),
      };
    }
  }
}

function judgement(
  test: JsonObject,
  vars: JsonObject,
  where: string,
  { folder, judge }: Suite,
): Pick<SampleInput, "target" | "scorers"> {
  const options = objectAt(test, "options");
  const { scorers, target } = readAssertions([test.assert ?? []].flat(), {
    vars,
    folder,
    where,
    judge: judgeOf(options.provider),
    fixedJudge: judge,
  });
  return {
    ...(scorers.length > 0 && { scorers: [...scorers] }),
    ...(target !== null && { target }),
  };
}

function metadataOf(test: JsonObject, prompt: Prompt, { prompts }: Suite): Record<string, unknown> {
  const description = textOf(test.description);
  return {
    ...objectAt(test, "metadata"),
    ...(description !== null && { description }),
    ...(prompts.length > 1 && { prompt: prompt.label }),
  };
}
