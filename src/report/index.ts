export { type ExportColumn, exportColumns } from "./export-columns.ts";
export { type ExportFormat, exportFormats, exportRun } from "./export.ts";
export { findings } from "./findings.ts";
export { type HtmlReportOptions, htmlReport } from "./html.ts";
export * from "./summary.ts";
export type { ByCache, CacheMeasure, Measures, Spread, Total } from "./tally.ts";
export { type TerminalOptions, terminalSummary } from "./terminal.ts";
