/** The probes' outcome: what each breaker made the last request of a session lose, against sessions without it. */
import type { Price } from "../../../../routes/index.ts";
import { type MeanEstimate, meanEstimate } from "../../../../stats/index.ts";
import { type CauseRow, causeRows } from "../turns/loop-summary.ts";
import type { LoopTurn } from "../turns/loop-turns.ts";
import { missCostUsd } from "../turns/losses.ts";

/** Of the last request of each session; a mean is null where nothing was reported. */
export interface ArmResult {
  readonly promptTokens: MeanEstimate | null;
  readonly cachedTokens: MeanEstimate | null;
  readonly expectedTokens: MeanEstimate | null;
  readonly ceilingTokens: MeanEstimate | null;
  readonly ttftMs: MeanEstimate | null;
  readonly costUsd: MeanEstimate | null;
}

export interface ProbeResult {
  readonly breaker: string;
  readonly control: ArmResult;
  readonly treatment: ArmResult;
  /**
   * Session by session, what the control had and the treatment had not, of tokens that are in the treatment's prompt: read,
   * to be read by the rule, and at most.
   */
  readonly lostTokens: MeanEstimate | null;
  readonly expectedLostTokens: MeanEstimate | null;
  readonly ceilingLostTokens: MeanEstimate | null;
  /** What the lost tokens cost more than reading them; null where price or usage is not known of every pair. */
  readonly lostUsd: MeanEstimate | null;
  /** Of the treatment's last requests. */
  readonly causes: readonly CauseRow[];
  /** Pairs left out, because a session failed or one of its requests was tried again and may have met its own words. */
  readonly leftOut: number;
}

/**
 * The probes in the order in which they ran. Means have Student's interval over pairs, which takes sessions as independent.
 *
 * @param turns of one candidate's probes, from `loopTurns`
 */
export function probeResults(turns: readonly LoopTurn[], price: Price | null): ProbeResult[] {
  const byBreaker = Map.groupBy(turns, ({ cell }) => String(cell.breaker));
  return [...byBreaker].map(([breaker, of]) => resultOf(breaker, of, price));
}

interface Pair {
  readonly control: LoopTurn;
  readonly treatment: LoopTurn;
}

function resultOf(breaker: string, turns: readonly LoopTurn[], price: Price | null): ProbeResult {
  const sessions = [...Map.groupBy(turns, ({ sampleId }) => sampleId).values()].map((of) => ({
    control: lastTurn(of, "control"),
    treatment: lastTurn(of, "treatment"),
  }));
  const pairs = sessions.filter((pair): pair is Pair => pair.control !== null && pair.treatment !== null);
  const lost = (of: (turn: LoopTurn) => number | null) => estimate(pairs, (pair) => difference(pair, of));
  return {
    breaker,
    control: armResult(pairs.map(({ control }) => control)),
    treatment: armResult(pairs.map(({ treatment }) => treatment)),
    lostTokens: lost(({ cachedTokens }) => cachedTokens),
    expectedLostTokens: lost(({ expectedTokens }) => expectedTokens),
    ceilingLostTokens: lost(({ ceilingTokens }) => ceilingTokens),
    lostUsd: estimate(pairs, (pair) => lostUsd(pair, price)),
    causes: causeRows(pairs.map(({ treatment }) => treatment)),
    leftOut: sessions.length - pairs.length,
  };
}

/** Null where the arm has none, or was disturbed. */
function lastTurn(turns: readonly LoopTurn[], arm: string): LoopTurn | null {
  const own = turns.filter(({ cell }) => cell.arm === arm);
  return own.some(({ attempts }) => attempts > 1) ? null : (own.find(({ endsTrial }) => endsTrial) ?? null);
}

function difference({ control, treatment }: Pair, of: (turn: LoopTurn) => number | null): number | null {
  const [without, broken] = [of(control), of(treatment)];
  if (without === null || broken === null || treatment.promptTokens === null) return null;
  return Math.min(without, treatment.promptTokens) - broken;
}

function lostUsd(pair: Pair, price: Price | null): number | null {
  const tokens = difference(pair, ({ cachedTokens }) => cachedTokens);
  const { usage } = pair.treatment;
  return tokens === null || usage === null ? null : missCostUsd(usage, Math.max(0, tokens), price);
}

function armResult(turns: readonly LoopTurn[]): ArmResult {
  return {
    promptTokens: estimate(turns, ({ promptTokens }) => promptTokens),
    cachedTokens: estimate(turns, ({ cachedTokens }) => cachedTokens),
    expectedTokens: estimate(turns, ({ expectedTokens }) => expectedTokens),
    ceilingTokens: estimate(turns, ({ ceilingTokens }) => ceilingTokens),
    ttftMs: estimate(turns, ({ ttftMs }) => ttftMs),
    costUsd: estimate(turns, ({ costUsd }) => costUsd),
  };
}

const estimate = <Item>(items: readonly Item[], of: (item: Item) => number | null) =>
  meanEstimate(items.map(of).filter((value) => value !== null));
