/** The verdict on a statement: what was found of it by other means, how far that is from what was said, and what follows. */
import { agree, freshness, type Tolerance } from "../ledger/index.ts";
import type { Statement } from "./statement.ts";

export const verdicts = ["contradicted", "confirmed under a rule", "confirmed", "stale", "unverifiable"] as const;
export type Verdict = (typeof verdicts)[number];

/** A value of the same thing that does not come from whoever made the statement. */
export interface Finding {
  /**
   * `computed` from the config or from numbers that the source prints, `counted` in the tensors of a file, `measured` in
   * an engine, `observed` on a page or API.
   */
  readonly by: "computed" | "counted" | "measured" | "observed";
  /** In the statement's unit. */
  readonly value: number | string;
  /** From what, under which conditions. */
  readonly from: string;
  readonly url: string | null;
  /** The day it was obtained (YYYY-MM-DD); null for what follows from the statement's own source. */
  readonly on: string | null;
}

/** Why a witness that should know had nothing to say. */
export interface Obstacle {
  readonly obstacle: string;
}

/** Something that was found of it elsewhere: in another scope, so that it bears the statement out no more than it refutes it. */
export interface Elsewhere {
  readonly elsewhere: string;
}

export interface Evidence extends Finding {
  readonly agrees: boolean;
  /** (value − published) / published; null for text, and against zero. */
  readonly relativeDifference: number | null;
}

export interface Judgement {
  readonly statement: Statement;
  readonly verdict: Verdict;
  /** One clause: why. */
  readonly because: string;
  readonly evidence: readonly Evidence[];
  /** Null where the published digits decide: half of one in the last of them. */
  readonly tolerance: Tolerance | null;
  /** Under which the number comes out; null where none is needed. */
  readonly rule: { readonly name: string; readonly says: string } | null;
  /** First day on which what is known is out of date; null where it never is. */
  readonly expires: string | null;
  /** What was tried and did not work: a page out of reach, a config without a formula. */
  readonly obstacles: readonly string[];
}

/** @param today  YYYY-MM-DD */
export function judge(
  statement: Statement,
  testimony: readonly (Finding | Obstacle | Elsewhere)[],
  today: string,
): Judgement {
  const tolerance = statement.check?.tolerance ?? null;
  const rule = statement.check?.rule ?? null;
  const findings = testimony.filter((one) => "value" in one);
  const elsewhere = testimony.flatMap((one) => ("elsewhere" in one ? [one.elsewhere] : []));
  const obstacles = testimony.flatMap((one) => ("obstacle" in one ? [one.obstacle] : []));
  const evidence = findings.map((finding) => ({
    ...finding,
    agrees: agrees(statement, finding.value, tolerance),
    relativeDifference: relativeDifference(statement.value, finding.value),
  }));
  const newest = findings
    .flatMap(({ on }) => (on === null ? [] : [on]))
    .toSorted()
    .at(-1);
  const seen = newest !== undefined && newest > statement.observed ? newest : statement.observed;
  const { state, expires } = freshness(statement.aging, seen, today);
  const against = evidence.find((one) => !one.agrees);
  const [verdict, because]: [Verdict, string] =
    against !== undefined
      ? ["contradicted", `the ${against.by} value lies outside the tolerance`]
      : state === "stale"
        ? ["stale", `last looked up ${seen}, good until ${expires}`]
        : evidence.length === 0
          ? ["unverifiable", obstacles[0] ?? reasonOf(statement, elsewhere)]
          : rule !== null
            ? ["confirmed under a rule", rule.name]
            : ["confirmed", `by what was ${[...new Set(evidence.map(({ by }) => by))].join(" and ")}`];
  return { statement, verdict, because, evidence, tolerance, rule, expires, obstacles };
}

function agrees(statement: Statement, found: number | string, tolerance: Tolerance | null): boolean {
  const { value, unit, bound, range } = statement;
  if (typeof value !== "number" || typeof found !== "number")
    return unit === "text"
      ? plain(String(value)) === plain(String(found))
      : agree({ value, unit }, { value: found, unit });
  const room = roomOf(value, tolerance);
  const [low, high] = range ?? [value, value];
  if (bound === "lower") return found >= low - room;
  if (bound === "upper") return found <= high + room;
  return (
    (found >= low - room && found <= high + room) ||
    (tolerance === null && agree({ value, unit }, { value: found, unit }))
  );
}

/** Floating point makes 0.30000000000000004 of 0.1 + 0.2: that much is always allowed. */
function roomOf(value: number, tolerance: Tolerance | null): number {
  const rounding = Math.abs(value) * 1e-12;
  if (tolerance === null || tolerance === "exact") return rounding;
  return rounding + ("relative" in tolerance ? tolerance.relative * Math.abs(value) : tolerance.absolute);
}

const relativeDifference = (published: number | string, found: number | string): number | null =>
  typeof published === "number" && typeof found === "number" && published !== 0
    ? (found - published) / Math.abs(published)
    : null;

const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "");

function reasonOf({ made, verified, source }: Statement, elsewhere: readonly string[]): string {
  if (!verified.verified) return verified.because;
  if (elsewhere.length > 0) return `measured here, but in another scope: ${elsewhere.join("; ")}`;
  if (source.provenance === "measured") return "it is a measurement of our own, and nobody else made it";
  if (made.as === "claim") return "it neither follows from the config nor was it measured here";
  return "nobody has looked at the host: `--live` does";
}
