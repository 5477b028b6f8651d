/** The report of runs. Audits, experiments and lineage have rooms of their own, so that a run loads none of them. */
export { csvField, exportCsv, exportJsonl, exportParquet } from "./export.ts";
export { type Column, columns } from "./export-columns.ts";
export { findings } from "./findings.ts";
export { type HiddenCache, inferredHitsOf, inferredHitText } from "./hidden-cache.ts";
export { formatAlpha } from "./judges.ts";
export { preferencesDocument } from "./preferences.ts";
export { promptOf } from "./prompt.ts";
export { type HtmlReportOptions, htmlReport, reportOf, summaryOf } from "./report.ts";
export { namedScores } from "./scores.ts";
export { type Verdict, verdictOf, verdicts } from "./selection.ts";
export * from "./summary.ts";
export * from "./tables-document.ts";
export { type ByCache, type CacheMeasure, cacheShare, type Measures, type Spread, type Total } from "./tally.ts";
export { type TerminalOptions, terminalSummary } from "./terminal.ts";
