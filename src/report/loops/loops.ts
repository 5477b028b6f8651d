/** The loops of a run, candidate by candidate, within a bound of memory: what cannot be held is counted and left out. */
import { agentLoops, type Cell, type RunInfo, type TrialRecord } from "../../evals/index.ts";
import { serverHabits } from "../../routes/index.ts";
import { ruleOf } from "./rule.ts";

export interface CandidateLoops {
  readonly candidate: string;
  /** Of the run. */
  readonly sessions: number;
  /** The first ones, as many as fit into memory: all numbers here are theirs. */
  readonly analysed: number;
  readonly summary: agentLoops.LoopSummary;
  /** Empty where nothing was broken on purpose. */
  readonly probes: readonly agentLoops.ProbeResult[];
  readonly advice: readonly string[];
  /** Null where no tool was called. */
  readonly tools: agentLoops.ToolErrors | null;
}

type WithBodies = (chosen: readonly TrialRecord[]) => Iterable<TrialRecord> | AsyncIterable<TrialRecord>;

/** Of a candidate's calls together. Bodies, words and what is known of both take about 40 bytes a token. */
const mostPromptTokens = 8_000_000;

/** Takes the trials of a run as they are read, without their bodies, and keeps those to analyse. */
export class LoopSelection {
  readonly #run: RunInfo;
  readonly #mostPromptTokens: number;
  readonly #candidates = new Map<string, { sessions: number; promptTokens: number; readonly kept: TrialRecord[] }>();
  #isLoop = false;

  constructor(run: RunInfo, most = mostPromptTokens) {
    this.#run = run;
    this.#mostPromptTokens = most;
  }

  add(record: TrialRecord): void {
    const { trial, calls } = record;
    const isPlayed = "trace" in trial.cell || "breaker" in trial.cell;
    if (!isPlayed && !isAgent(trial.cell) && trial.turns < 2) return;
    if (isPlayed || trial.turns > 1) this.#isLoop = true;
    const of = this.#candidates.get(trial.candidate) ?? { sessions: 0, promptTokens: 0, kept: [] };
    this.#candidates.set(trial.candidate, of);
    of.sessions += 1;
    of.promptTokens += calls.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0);
    if (of.kept.length === 0 || of.promptTokens <= this.#mostPromptTokens) of.kept.push(record);
  }

  /** Null where no trial has several turns. */
  async loops(withBodies: WithBodies): Promise<CandidateLoops[] | null> {
    if (!this.#isLoop) return null;
    const loops: CandidateLoops[] = [];
    for (const candidate of this.#run.candidates) {
      const of = this.#candidates.get(candidate.id);
      if (of === undefined) continue;
      const records = await Array.fromAsync(withBodies(of.kept));
      if (records.some(({ calls }) => calls.some(({ requestBody }) => requestBody === ""))) continue;
      const turns = agentLoops.loopTurns(records, {
        price: candidate.price,
        rule: ruleOf(candidate),
        omitsZero: serverHabits(candidate).omitsZero,
      });
      if (turns.length === 0) continue;
      const summary = agentLoops.loopSummary(turns);
      loops.push({
        candidate: candidate.id,
        sessions: of.sessions,
        analysed: of.kept.length,
        summary,
        probes: agentLoops.probeResults(
          turns.filter(({ cell }) => "breaker" in cell),
          candidate.price,
        ),
        advice: agentLoops.advice(summary),
        tools: toolsOf(records.filter(({ trial }) => isAgent(trial.cell))),
      });
    }
    return loops.length === 0 ? null : loops;
  }
}

/** An arm of a job in which the model calls tools. */
const isAgent = ({ arm }: Cell) => typeof arm === "string" && /^agent( of |$)/.test(arm);

function toolsOf(records: readonly TrialRecord[]): agentLoops.ToolErrors | null {
  const all = records.map(agentLoops.toolErrorsOf);
  const toolCalls = all.reduce((sum, one) => sum + one.toolCalls, 0);
  if (toolCalls === 0) return null;
  const classes = Object.keys(all[0]!.errors) as agentLoops.ToolErrorClass[];
  const count = (kind: agentLoops.ToolErrorClass) => all.reduce((sum, { errors }) => sum + errors[kind], 0);
  return {
    toolCalls,
    errors: Object.fromEntries(classes.map((kind) => [kind, count(kind)])) as agentLoops.ToolErrors["errors"],
  };
}
