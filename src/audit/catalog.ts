/** All releases of a ledger as one table, filtered and sorted. */
import { anatomyOf } from "../anatomy/index.ts";
import { UserError } from "../errors.ts";
import {
  current,
  ideasOf,
  isVerified,
  type Ledger,
  type Release,
  releaseDateOf,
  resolveName,
  withDevelopmentsOf,
} from "../ledger/index.ts";
import { modelOfRelease } from "./model-reference.ts";

/** A number of a release. What publishers say of it stands side by side; it is asked for only where no config tells. */
export interface Figure {
  readonly values: readonly number[];
  readonly from: "config" | "published";
  /** False where nobody read the page that says so. */
  readonly verified: boolean;
}

export interface CatalogEntry {
  readonly id: string;
  readonly name: string;
  readonly org: string;
  readonly family: string | null;
  readonly releasedOn: string | null;
  readonly openWeights: boolean | null;
  readonly hubId: string | null;
  readonly licenses: readonly string[];
  readonly attention: readonly string[];
  /** Ids; empty where none is recorded. */
  readonly ideas: readonly string[];
  /** Each null where neither a config nor a publisher tells. */
  readonly totalParameters: Figure | null;
  readonly activeParameters: Figure | null;
  /** In the vendor's own cache format. */
  readonly cacheBytesPerToken: Figure | null;
  readonly contextTokens: Figure | null;
  /** Why nothing is computed; null where it is. */
  readonly noEstimate: string | null;
}

/** Every release. Parameters are those of the backbone: embedding and head in, predictors, vision and tables out. */
export function catalogOf(ledger: Ledger, folder?: string): CatalogEntry[] {
  return ledger.releases.map((release) => {
    const { id, name, org, family, openWeights, hubId } = release;
    return {
      id,
      name,
      org,
      family,
      releasedOn: releaseDateOf(release),
      openWeights,
      hubId,
      licenses: textsOf(release, "license"),
      attention: textsOf(release, "attention"),
      ideas: ideasOf(ledger, release),
      ...figuresOf(release, folder),
    };
  });
}

type Figures = Pick<
  CatalogEntry,
  "totalParameters" | "activeParameters" | "cacheBytesPerToken" | "contextTokens" | "noEstimate"
>;

function figuresOf(release: Release, folder?: string): Figures {
  try {
    const { parameters, cache, declaredContextTokens } = anatomyOf(modelOfRelease(release, folder).shape);
    return {
      totalParameters: computed(parameters.byScope.backbone),
      activeParameters: computed(parameters.active.withEmbeddingAndHead),
      cacheBytesPerToken: computed(cache.bytesPerToken),
      contextTokens: published(release, "contextTokens") ?? computed(declaredContextTokens ?? undefined),
      noEstimate: null,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      totalParameters: published(release, "totalParameters"),
      activeParameters: published(release, "activeParameters"),
      cacheBytesPerToken: published(release, "cacheBytesPerToken"),
      contextTokens: published(release, "contextTokens"),
      noEstimate: error.mistake.happened,
    };
  }
}

const computed = (value: number | undefined): Figure | null =>
  value === undefined ? null : { values: [value], from: "config", verified: true };

const wholeModel: ReadonlySet<string | undefined> = new Set([undefined, "backbone", "whole model"]);

type Published = "totalParameters" | "activeParameters" | "cacheBytesPerToken" | "contextTokens";

/** What is said of the whole backbone; counts of parts, and comparisons with others, are something else. */
function published({ claims }: Release, quantity: Published): Figure | null {
  const said = current(claims).filter(
    (claim) =>
      claim.quantity === quantity &&
      claim.baseline === undefined &&
      wholeModel.has(claim.scope.part) &&
      claim.scope.counting === undefined,
  );
  const values = [...new Set(said.map(({ value }) => value))].filter((value) => typeof value === "number");
  const verified = said.every((claim) => isVerified(claim).verified);
  return values.length === 0 ? null : { values, from: "published", verified };
}

const textsOf = ({ claims }: Release, quantity: "license" | "attention"): string[] => [
  ...new Set(
    current(claims)
      .filter((claim) => claim.quantity === quantity)
      .map(({ value }) => String(value)),
  ),
];

export const catalogOrders = ["date", "name", "org", "total", "active", "cache", "context"] as const;
export type CatalogOrder = (typeof catalogOrders)[number];

/** By name and organisation from A to Z, by all else the newest and largest first; what is unknown comes last. */
export function sortedCatalog(entries: readonly CatalogEntry[], order: CatalogOrder): CatalogEntry[] {
  const byName = entries.toSorted((a, b) => compareTexts(a.name, b.name));
  if (order === "name") return byName;
  if (order === "org") return byName.toSorted((a, b) => compareTexts(a.org, b.org));
  if (order === "date") return byName.toSorted((a, b) => compareTexts(b.releasedOn ?? "", a.releasedOn ?? ""));
  const key = {
    total: "totalParameters",
    active: "activeParameters",
    cache: "cacheBytesPerToken",
    context: "contextTokens",
  } as const;
  const largest = (entry: CatalogEntry) => Math.max(-1, ...(entry[key[order]]?.values ?? []));
  return byName.toSorted((a, b) => largest(b) - largest(a));
}

const compareTexts = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/**
 * Entries that every filter lets through: `org:`, `family:`, `idea:` with an id or a name (what develops it counts), `weights:open`,
 * `weights:closed`, `weights:unknown`, and plain words, which may stand anywhere in what is recorded.
 *
 * @throws UserError for another key, and for a value that no release or idea has
 */
export function filteredCatalog(
  entries: readonly CatalogEntry[],
  filters: readonly string[],
  ledger: Ledger,
): CatalogEntry[] {
  const tests = filters.map((filter) => testOf(filter, ledger));
  return entries.filter((entry) => tests.every((test) => test(entry)));
}

type Test = (entry: CatalogEntry) => boolean;

function testOf(filter: string, { orgs, ideas, releases }: Ledger): Test {
  const [, key, given] = /^([^:]*):(.*)$/s.exec(filter) ?? [];
  if (key === undefined || given === undefined) return wordsTest(filter, ideas);
  const value = given.trim();
  switch (key.trim().toLowerCase()) {
    case "org": {
      const { id } = resolveName(value, orgs, "organisation");
      return ({ org }) => org === id;
    }
    case "idea": {
      const { id } = resolveName(value, ideas, "idea");
      const wanted = withDevelopmentsOf(ideas, id);
      return (entry) => entry.ideas.some((one) => wanted.has(one));
    }
    case "family": {
      const families = [...new Set(releases.flatMap(({ family }) => family ?? []))].map((id) => ({ id, name: id }));
      const { id } = resolveName(value, families, "family");
      return ({ family }) => family === id;
    }
    case "weights":
      return weightsTest(value);
    default:
      throw new UserError({
        happened: `--filter has the key ${JSON.stringify(key)}`,
        expected: "org:, idea:, family:, weights:, or words alone",
        mend: "use one of them, such as --filter idea:mla",
      });
  }
}

function weightsTest(value: string): Test {
  const states = { open: true, closed: false, unknown: null } as const;
  const wanted = value.toLowerCase();
  if (!Object.hasOwn(states, wanted))
    throw new UserError({
      happened: `--filter is "weights:${value}"`,
      expected: "weights:open, weights:closed or weights:unknown",
      mend: "give one of them",
    });
  return ({ openWeights }) => openWeights === states[wanted as keyof typeof states];
}

function wordsTest(filter: string, ideas: Ledger["ideas"]): Test {
  const words = filter.toLowerCase().split(/\s+/);
  const names = new Map(ideas.map(({ id, name }) => [id, name]));
  return ({ id, name, org, family, hubId, licenses, attention, ideas: own }) => {
    const text = [id, name, org, family, hubId, ...licenses, ...attention, ...own, ...own.map((one) => names.get(one))]
      .join("\n")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
