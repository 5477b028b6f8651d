/**
 * A run's records made into summary and page. What draws the page is loaded once the records are read: it takes as much
 * memory as a run does, and whoever asks for a summary alone does without it.
 */
import type { RunInfo, TrialRecord } from "../evals/index.ts";
import { LoopSelection } from "./loops/loops.ts";
import { TrialSelection } from "./selection.ts";
import { type RunSummary, startSummary } from "./summary.ts";

type Records = Iterable<TrialRecord> | AsyncIterable<TrialRecord>;

export interface HtmlReportOptions {
  /** Trials that the page carries for its drill-down; 2000 where nothing is said. */
  readonly maxTrials?: number;
  /** Gives the chosen trials the bodies of their calls, where `records` come without: reading them all takes memory. */
  readonly withBodies?: (chosen: readonly TrialRecord[]) => Records;
}

/** Summary, with the loops of the run turn by turn: for them alone the bodies of calls are read. */
export async function summaryOf(
  run: RunInfo,
  records: Records,
  withBodies: NonNullable<HtmlReportOptions["withBodies"]>,
): Promise<RunSummary> {
  const builder = startSummary(run);
  const loops = new LoopSelection(run);
  for await (const record of records) {
    builder.add(record.trial, record.calls);
    loops.add(record);
  }
  return { ...builder.summary(), loops: await loops.loops(withBodies) };
}

/** The page alone; see {@link reportOf}. */
export async function htmlReport(run: RunInfo, records: Records, options: HtmlReportOptions = {}): Promise<string> {
  return (await reportOf(run, records, options)).html;
}

/** Summary and page. Reads the records once, and holds little more than `maxTrials` of them. */
export async function reportOf(
  run: RunInfo,
  records: Records,
  { maxTrials = 2000, withBodies = (chosen) => chosen }: HtmlReportOptions = {},
): Promise<{ readonly summary: RunSummary; readonly html: string }> {
  const builder = startSummary(run);
  const loops = new LoopSelection(run);
  const selection = new TrialSelection(maxTrials);
  for await (const record of records) {
    builder.add(record.trial, record.calls);
    loops.add(record);
    selection.add(record);
  }
  const summary = { ...builder.summary(), loops: await loops.loops(withBodies) };
  const { htmlPage } = await import("./html.ts");
  const of = { recorded: selection.offered, inferredHits: builder.inferredHits() };
  return { summary, html: await htmlPage(summary, withBodies(selection.records()), of) };
}
