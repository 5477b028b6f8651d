/** Everything that somebody said and that evidence can bear out or refute: claims, prices, names that an API serves. */
import {
  type AgingKind,
  type ApiName,
  type Check,
  type Claim,
  current,
  isServed,
  isVerified,
  type Ledger,
  type Price,
  pricesOn,
  quantities,
  type Release,
  type Source,
  type Subject,
  subjectsOf,
  type Unit,
  type Verified,
} from "../ledger/index.ts";
import { formatTokens } from "../units/index.ts";

export interface Statement {
  /** A claim's own; a price's with the amount behind it, `ds-v4f-peak.input`; an API name's with its vendor, `kimi-k3@moonshot-ai`. */
  readonly id: string;
  /** Id of what it is about. */
  readonly subject: string;
  /** What the value is, in words, with its scope. */
  readonly says: string;
  readonly value: number | string;
  readonly unit: Unit;
  /** Of a price, which is in the unit `usd` only where this is USD. */
  readonly currency?: Price["currency"];
  readonly printed?: string | undefined;
  /** `lower`: more than the value agrees with it as well, as where a config declares more context than is promised. */
  readonly bound?: Claim["bound"];
  readonly range?: Claim["range"];
  readonly aging: AgingKind;
  /** Day, month or year of the source. */
  readonly observed: string;
  readonly source: Source;
  readonly verified: Verified;
  readonly check: Check | null;
  readonly made:
    | { readonly as: "claim"; readonly claim: Claim }
    | { readonly as: "price"; readonly price: Price; readonly of: PricedTokens }
    | { readonly as: "API name"; readonly apiName: ApiName };
}

export type PricedTokens = (typeof pricedTokens)[number];
const pricedTokens = ["cachedInput", "input", "output"] as const;

/** What the ledger holds of all its subjects on a day (YYYY-MM-DD): replaced claims and ended prices are left out. */
export function statementsOf(ledger: Ledger, today: string): Statement[] {
  const releases = new Map(ledger.releases.map((release) => [release.id, release]));
  return subjectsOf(ledger).flatMap((subject) => {
    const release = releases.get(subject.id);
    return [
      ...claimStatements(subject),
      ...(release === undefined ? [] : [...priceStatements(release, today), ...nameStatements(ledger, release, today)]),
    ];
  });
}

const claimStatements = ({ claims }: Subject): Statement[] =>
  current(claims).flatMap((claim): Statement[] => {
    const { id, subject, value, unit, printed, range, observed, source, quantity, check = null } = claim;
    if (value === null) return [];
    const bound = claim.bound ?? (quantity === "contextTokens" ? "lower" : undefined);
    const aging = quantities[quantity].kind;
    const made = { as: "claim", claim } as const;
    const verified = isVerified(claim);
    const says = wordsOf(claim);
    return [{ id, subject, says, value, unit, printed, bound, range, aging, observed, source, verified, check, made }];
  });

const priceStatements = ({ id, prices }: Release, today: string): Statement[] =>
  pricesOn(prices, today).flatMap((price) =>
    pricedTokens.flatMap((of): Statement[] => {
      const value = price[of];
      if (value === null) return [];
      const { currency, observed, source } = price;
      return [
        {
          id: `${price.id}.${of}`,
          subject: id,
          says: [`price of a million ${tokenWords[of]} tokens at ${price.host}`, price.tier, currency]
            .filter((word) => word !== undefined)
            .join(", "),
          value,
          unit: "usd",
          currency,
          aging: "price",
          observed,
          source,
          verified: isVerified(price),
          check: null,
          made: { as: "price", price, of },
        },
      ];
    }),
  );

const tokenWords: Readonly<Record<PricedTokens, string>> = {
  cachedInput: "cached input",
  input: "input",
  output: "output",
};

/** Names whose last release this is, or was. */
const nameStatements = ({ apiNames }: Ledger, { id }: Release, today: string): Statement[] =>
  apiNames
    .filter(({ serves }) => serves.at(-1)!.release === id)
    .flatMap((apiName): Statement[] => {
      const served = isServed(apiName, today);
      if (served === null) return [];
      const { name, vendor, observed, source } = apiName;
      return [
        {
          id: `${name}@${vendor}`,
          subject: id,
          says: `API name ${name} at ${vendor}`,
          value: served ? "served" : "not served",
          unit: "text",
          aging: "limit",
          observed,
          source,
          verified: isVerified(apiName),
          check: null,
          made: { as: "API name", apiName },
        },
      ];
    });

/** `active parameters, backbone, without input embedding, at 1M tokens, in bf16, times less than deepseek-67b`. */
function wordsOf({ quantity, of, scope, baseline, bound }: Claim): string {
  const { part, counting, contextTokens, precision, hardware, setting } = scope;
  return [
    `${bound === "lower" ? "at least: " : bound === "upper" ? "at most: " : ""}${spaced(quantity)}`,
    of,
    part,
    counting,
    contextTokens === undefined ? undefined : `at ${formatTokens(contextTokens)} tokens`,
    precision === undefined ? undefined : `in ${precision}`,
    hardware === undefined ? undefined : `on ${hardware}`,
    setting,
    baseline === undefined ? undefined : `${baselineWords[baseline.as ?? "none"]} ${baseline.subject ?? baseline.of}`,
  ]
    .filter((word) => word !== undefined)
    .join(", ");
}

const baselineWords = {
  share: "share of",
  cut: "cut against",
  gain: "gain over",
  "times more": "times more than",
  "times less": "times less than",
  none: "of",
} as const;

const spaced = (name: string) =>
  name
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase()
    .replaceAll(/\b(flops|gpu|ttft|usd)\b/g, (word) => (word === "flops" ? "FLOPs" : word.toUpperCase()));
