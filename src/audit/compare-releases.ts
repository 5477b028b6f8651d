/** Models side by side: what follows from their configs, and what was said of them, never mixed and never averaged. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Anatomy, anatomyOf, type Scope } from "../anatomy/index.ts";
import { UserError } from "../errors.ts";
import {
  freshness,
  ideasOf,
  type Ledger,
  type Price,
  type Quantity,
  type Release,
  topicOf,
  type Unit,
} from "../ledger/index.ts";
import { ownFolder, readRelease } from "../ledger-files/index.ts";
import { formatTokens } from "../units/index.ts";
import { configAgainstFile } from "./config-against-file.ts";
import { smallestHardware } from "./devices.ts";
import { modelOfRelease, type ResolvedModel, resolveModel, type Surroundings } from "./model-reference.ts";
import { type PricedTokens, type Statement, statementsOf } from "./statement.ts";

/** One model of a comparison: a release, a config, a checkpoint, a repository. */
export interface Compared {
  readonly name: string;
  /** Null for what the ledger does not have. */
  readonly release: Release | null;
  readonly model: ResolvedModel | null;
  /** Why nothing is computed; null where it is. */
  readonly noEstimate: string | null;
}

export interface ComparedValue {
  readonly value: number | string;
  /** What it holds for beside the row's words: a host and tier, more context than declared. */
  readonly detail: string | null;
  /** Who says so; null for what is computed or recorded. */
  readonly said: {
    /** Of the statement, as `assay check` takes it. */
    readonly id: string;
    readonly source: string;
    readonly url: string | null;
    /** Day, month or year of the source. */
    readonly observed: string;
    /** First day on which it is stale; null where it never is. */
    readonly expires: string | null;
    readonly stale: boolean;
    /** Why it is not shown as fact; null where it is. */
    readonly unverified: string | null;
  } | null;
}

export interface ComparedRow {
  readonly says: string;
  readonly unit: Unit | Price["currency"];
  /** For each model what is known: nothing, one value, or several that stand side by side. */
  readonly cells: readonly (readonly ComparedValue[])[];
  /** To the first model's value; null where either is unknown, no number, or more than one. */
  readonly ratios: readonly (number | null)[];
}

export interface ComparedSection {
  readonly title: string;
  readonly provenance: "recorded" | "computed" | "published";
  readonly rows: readonly ComparedRow[];
}

export interface Comparison {
  readonly today: string;
  readonly models: readonly {
    readonly name: string;
    readonly release: string | null;
    readonly configSource: ResolvedModel["configSource"] | null;
    readonly noEstimate: string | null;
    readonly assumptions: readonly string[];
  }[];
  readonly sections: readonly ComparedSection[];
}

export interface ComparisonOptions {
  /** YYYY-MM-DD */
  readonly today: string;
  /** Tokens, one at least; the smallest hardware is for the last. */
  readonly contexts: readonly number[];
  /** The vendors' own where left out. */
  readonly cacheFormat?: string | undefined;
  /** Of the ledger. */
  readonly folder?: string;
}

/**
 * A release without a config keeps its place, with the reason why nothing is computed.
 *
 * @throws UserError as `resolveModel` does for everything that is no release
 */
export async function resolveCompared(given: string, surroundings: Surroundings): Promise<Compared> {
  const { cwd, folder = ownFolder } = surroundings;
  const release = given === "" || existsSync(resolve(cwd, given)) ? null : releaseNamed(given, folder);
  if (release === null) {
    const model = await resolveModel(given, surroundings);
    configAgainstFile(model);
    return { name: model.name, release: null, model, noEstimate: null };
  }
  const { name } = release;
  try {
    return { name, release, model: modelOfRelease(release, folder), noEstimate: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, release, model: null, noEstimate: error.mistake.happened };
  }
}

function releaseNamed(given: string, folder: string): Release | null {
  try {
    return readRelease(given, folder);
  } catch (error) {
    if (error instanceof UserError && error.message.startsWith("there is no release")) return null;
    throw error;
  }
}

/** @throws UserError for a context that is no number of tokens, or a cache format that does not exist */
export function compareReleases(
  compared: readonly Compared[],
  ledger: Ledger,
  { today, contexts, cacheFormat, folder }: ComparisonOptions,
): Comparison {
  const anatomies = contexts.map((contextTokens) =>
    compared.map(
      ({ model }) => model && anatomyOf(model.shape, { contextTokens, ...(cacheFormat ? { cacheFormat } : {}) }),
    ),
  );
  const statements = statementsOf(ledger, today);
  const said = compared.map(({ release }) => statements.filter(({ subject }) => subject === release?.id));
  const published = (quantities: readonly Quantity[], least = 1) => claimRows(said, quantities, today, least);
  const sections: ComparedSection[] = [
    { title: "What it is", provenance: "recorded", rows: recordedRows(compared, ledger) },
    { title: "Release", provenance: "published", rows: published(["releaseDate", "weightsDate", "license"]) },
    { title: "Ideas", provenance: "recorded", rows: ideaRows(compared, ledger) },
    { title: "Architecture", provenance: "computed", rows: shapeRows(anatomies[0]!) },
    { title: "Architecture", provenance: "published", rows: published(["attention", "feedForward", "weightFormat"]) },
    { title: "Parameters", provenance: "computed", rows: parameterRows(anatomies[0]!) },
    { title: "Cache and work", provenance: "computed", rows: cacheRows(anatomies) },
    {
      title: "Smallest hardware",
      provenance: "computed",
      rows: [hardwareRow(compared, anatomies.at(-1)!, folder)].filter(isKnown),
    },
    { title: "Sizes and contexts", provenance: "published", rows: published(sizes) },
    { title: "Prices", provenance: "published", rows: priceRows(said, today) },
    { title: "Benchmarks", provenance: "published", rows: published(["benchmarkScore"], 2) },
  ];
  return {
    today,
    models: compared.map(({ name, release, model, noEstimate }) => ({
      name,
      release: release?.id ?? null,
      configSource: model?.configSource ?? null,
      noEstimate,
      assumptions: model?.assumptions ?? [],
    })),
    sections: sections.filter(({ rows }) => rows.length > 0),
  };
}

const sizes: readonly Quantity[] = [
  "totalParameters",
  "activeParameters",
  "prefillActiveParameters",
  "checkpointBytes",
  "contextTokens",
  "maxOutputTokens",
  "cacheBytesPerToken",
  "cacheBytes",
  "decodeFlops",
  "trainingTokens",
];

type Known = number | string | null | undefined;

function recordedRows(compared: readonly Compared[], { orgs }: Ledger): ComparedRow[] {
  const of = (says: string, read: (release: Release) => Known) =>
    plainRow(
      says,
      "text",
      compared.map(({ release }) => release && read(release)),
    );
  const weights = ({ openWeights }: Release) => (openWeights === null ? null : openWeights ? "open" : "closed");
  return [
    of("organisation", ({ org }) => orgs.find(({ id }) => id === org)?.name ?? org),
    of("family", ({ family }) => family),
    of("trained from", ({ base }) => base),
    of("weights", weights),
    of("repository", ({ hubId }) => hubId),
  ].filter(isKnown);
}

/** Those that most have come first. That an idea is not recorded does not say that a release is without it. */
function ideaRows(compared: readonly Compared[], ledger: Ledger): ComparedRow[] {
  const { ideas } = ledger;
  const had = compared.map(({ release }) => (release === null ? [] : ideasOf(ledger, release)));
  const having = (id: string) => had.filter((one) => one.includes(id)).length;
  return ideas
    .filter(({ id }) => having(id) > 0)
    .toSorted((a, b) => having(b.id) - having(a.id))
    .map(({ id, name }) =>
      plainRow(
        name,
        "text",
        had.map((one) => (one.includes(id) ? "yes" : null)),
      ),
    );
}

type Column = Anatomy | null;

const shapeRows = (models: readonly Column[]): ComparedRow[] =>
  [
    plainRow(
      "attention",
      "text",
      models.map((model) => model?.attention),
    ),
    plainRow(
      "layers",
      "count",
      models.map((model) => model?.layers),
    ),
    plainRow(
      "hidden size",
      "count",
      models.map((model) => model?.hiddenSize),
    ),
    plainRow(
      "context that the config declares",
      "tokens",
      models.map((model) => model?.declaredContextTokens),
    ),
  ].filter(isKnown);

function parameterRows(models: readonly Column[]): ComparedRow[] {
  const of = (says: string, read: (model: Anatomy) => Known) =>
    plainRow(
      says,
      "parameters",
      models.map((model) => model && read(model)),
    );
  const scopes = new Set(models.flatMap((model) => Object.keys(model?.parameters.byScope ?? {}) as Scope[]));
  return [
    of("total", ({ parameters }) => parameters.total),
    ...[...scopes].map((scope) => of(scope, ({ parameters }) => parameters.byScope[scope])),
    of("active, with embedding and head", ({ parameters }) => parameters.active.withEmbeddingAndHead),
    of("active, without input embedding", ({ parameters }) => parameters.active.withoutInputEmbedding),
    of("active, without embedding and head", ({ parameters }) => parameters.active.withoutEmbeddingAndHead),
    plainRow(
      "released weights",
      "bytes",
      models.map((model) => model?.fileBytes),
    ),
  ].filter(isKnown);
}

function cacheRows(atContexts: readonly (readonly Column[])[]): ComparedRow[] {
  const any = atContexts[0]!;
  const at = (says: string, unit: Unit, read: (model: Anatomy) => number) =>
    atContexts.map((models) => {
      const { contextTokens } = models.find((model) => model !== null) ?? { contextTokens: null };
      const cells = models.map((model) => (model === null ? [] : [{ ...plain(read(model)), detail: beyond(model) }]));
      return row(`${says} at ${formatTokens(contextTokens)} tokens`, unit, cells);
    });
  return [
    plainRow(
      "cache format",
      "text",
      any.map((model) => model?.cache.format),
    ),
    plainRow(
      "cache that a token adds",
      "bytes",
      any.map((model) => model?.cache.bytesPerToken),
    ),
    plainRow(
      "cache that does not grow",
      "bytes",
      any.map((model) => model?.cache.fixedBytes),
    ),
    ...at("cache", "bytes", ({ cache }) => cache.sequenceBytes),
    ...at("one more token", "flops", ({ decode }) => decode.total),
  ].filter(isKnown);
}

function hardwareRow(compared: readonly Compared[], models: readonly Column[], folder?: string): ComparedRow {
  const contextTokens = models.find((model) => model !== null)?.contextTokens ?? null;
  const cells = models.map((model, index) => {
    if (model === null) return [];
    const [best] = smallestHardware(compared[index]!.model!.shape, model, folder);
    if (best === undefined) return [];
    const { low, high } = best.devices;
    const count = high === null ? `at least ${low}` : low === high ? `${low}` : `${low} – ${high}`;
    return [{ ...plain(`${count} ${best.name}`), detail: beyond(model) }];
  });
  return row(`one sequence of ${formatTokens(contextTokens)} tokens`, "text", cells);
}

const beyond = ({ contextTokens, declaredContextTokens }: Anatomy): string | null =>
  declaredContextTokens !== null && contextTokens > declaredContextTokens ? "more than its config declares" : null;

/** Rows of claims on one quantity in one scope; comparisons only where at least two models have them. */
function claimRows(
  said: readonly (readonly Statement[])[],
  quantities: readonly Quantity[],
  today: string,
  least: number,
): ComparedRow[] {
  const claims = said.map((statements) =>
    statements.flatMap((statement) => {
      if (statement.made.as !== "claim" || !quantities.includes(statement.made.claim.quantity)) return [];
      const { claim } = statement.made;
      return [{ statement, claim, topic: topicOf({ ...claim, subject: "" }) }];
    }),
  );
  return [...Map.groupBy(claims.flat(), ({ topic }) => topic).values()]
    .map((group) => group[0]!)
    .toSorted((a, b) => quantities.indexOf(a.claim.quantity) - quantities.indexOf(b.claim.quantity))
    .flatMap(({ topic, claim, statement }) => {
      const cells = claims.map((all) =>
        all.filter((one) => one.topic === topic).map((one) => saidValue(one.statement, null, today)),
      );
      const needed = claim.baseline?.as === undefined ? least : 2;
      return cells.filter(({ length }) => length > 0).length < needed
        ? []
        : [row(statement.says, statement.unit, cells)];
    });
}

/** A row for each kind of token and currency, and in it each host's own price. */
function priceRows(said: readonly (readonly Statement[])[], today: string): ComparedRow[] {
  const prices = said.map((statements) =>
    statements.flatMap((statement) => (statement.made.as === "price" ? [{ statement, ...statement.made }] : [])),
  );
  const currencies = new Set(prices.flat().map(({ price }) => price.currency));
  return [...currencies].flatMap((currency) =>
    pricedTokens.flatMap(([of, words]) => {
      const cells = prices.map((all) =>
        all
          .filter((one) => one.of === of && one.price.currency === currency)
          .map(({ statement, price: { host, tier } }) =>
            saidValue(statement, tier === undefined ? host : `${host}, ${tier}`, today),
          ),
      );
      return cells.every(({ length }) => length === 0)
        ? []
        : [row(`a million ${words} tokens, ${currency}`, currency, cells)];
    }),
  );
}

const pricedTokens: readonly (readonly [PricedTokens, string])[] = [
  ["cachedInput", "cached input"],
  ["input", "input"],
  ["output", "output"],
];

function saidValue(statement: Statement, detail: string | null, today: string): ComparedValue {
  const { id, value, source, aging, observed, verified } = statement;
  const { state, expires } = freshness(aging, observed, today);
  return {
    value,
    detail,
    said: {
      id,
      source: source.title,
      url: "url" in source ? source.url : null,
      observed,
      expires,
      stale: state === "stale",
      unverified: verified.verified ? null : verified.because,
    },
  };
}

const plain = (value: number | string): ComparedValue => ({ value, detail: null, said: null });

const plainRow = (says: string, unit: Unit, values: readonly Known[]): ComparedRow =>
  row(
    says,
    unit,
    values.map((value) => (value === null || value === undefined ? [] : [plain(value)])),
  );

function row(says: string, unit: ComparedRow["unit"], cells: ComparedRow["cells"]): ComparedRow {
  const numbers = cells.map(([one, second]) =>
    typeof one?.value === "number" && second === undefined ? one.value : null,
  );
  const [first] = numbers;
  return { says, unit, cells, ratios: numbers.map((one) => (one === null || !first ? null : one / first)) };
}

const isKnown = ({ cells }: ComparedRow): boolean => cells.some(({ length }) => length > 0);
